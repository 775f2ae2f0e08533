# bash
function f { echo kw "$FUNCNAME"; }; f
function g() { echo kw2; }; g
foo-bar() { echo dash; }; foo-bar
a.b() { echo dot; }; a.b
h() { local -a arr=(1 2); local -i n=3+4; local -r ro=5; echo ${arr[@]} $n $ro; }; h
outer() { inner() { echo "${FUNCNAME[@]}"; }; inner; }; outer
declare -F f; declare -F nope; echo $?
l() { local x=1; unset x; echo "[$x]"; }; x=global; l; echo $x
m() { local IFS=:; echo "$*"; }; m a b; echo "$IFS" | cat -A | head -1
local v 2>/dev/null; echo $?
tmp() { echo "in $V"; }; V=x tmp; echo "[$V]"
