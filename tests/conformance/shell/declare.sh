# bash
declare x=1; declare -i n=2+3; declare -r c=const; echo $x $n $c; n=n*2; echo $n; n+=1; echo $n
declare -x ex=exported; sh -c 'echo $ex'; declare +x ex; sh -c 'echo "[$ex]"'
export E1=a E2; E2=b; sh -c 'echo $E1 $E2'; export -n E1; sh -c 'echo "[$E1]"'
readonly R=5; (R=6) 2>/dev/null; echo $? $R; unset R 2>/dev/null; echo $? $R
declare -p x n c; declare -p nope 2>/dev/null; echo $?
f() { declare v=local; declare -g g=global; echo $v; }; f; echo "[$v]" $g
typeset t=1; echo $t; declare a b=2; echo "[$a]" $b
x='a b'; declare y=$x z="$x"; echo "$y|$z"; export X=$x; echo "$X"
declare -l lo=ABC; declare -u hi=abc; echo $lo $hi
export P=/a:$P; echo $P
readonly -p | grep -c 'R='; export -p | grep '^declare -x X='
