# bash
a=b; b=c; c=deep
echo ${!a} ${!b}
set -- x y z; n=2; echo ${!n} ${!#}
pre_one=1 pre_two=2; echo ${!pre_*} "${!pre_@}"
arr=(p q r); r='arr[1]'; echo ${!r}
echo ${!a:-none}
declare -n ref=b; echo $ref; ref=new; echo $b
f() { local -n out=$1; out=changed; }; f c; echo $c
