f() { echo "f $# $1"; return 3; }
f a b; echo $?
function_with_underscore() { echo $FUNCNAME; }; function_with_underscore > /dev/null
g() { local x=inner y; y=2; echo $x $y $z; z=set; }; x=outer; g; echo $x "[$y]" $z
h() { echo $1; shift; [ $# -gt 0 ] && h "$@"; }; h 1 2 3
echo "$1"
r() { return; }; false; r; echo $?
s() { false; }; s; echo $?
k() (echo subshell; v=1; exit 5); k; echo $? "[$v]"
o() { echo out; } ; o
m() if true; then echo if-body; fi
m
w() for i in 1 2; do echo w$i; done
w
n() { n() { echo redefined; }; echo first; }; n; n
dyn() { echo "dyn $v"; }; caller() { local v=5; dyn; }; caller; v=; dyn
p() { set -- x y; echo $# $1; }; p a; echo $#
ret() { return $1; }; ret 5; echo $?; ret 256; echo $?
unset -f f; f 2>/dev/null; echo $?
b() { for i in 1 2 3; do return $i; done; }; b; echo $?
echo() { printf 'my %s\n' "$*"; }; echo hi; unset -f echo; echo back
fib() { if [ $1 -lt 2 ]; then echo $1; else echo $(( $(fib $(($1-1))) + $(fib $(($1-2))) )); fi; }; fib 8
t() { x=1 y=2 sh -c 'echo $x$y'; }; t
