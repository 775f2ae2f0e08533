x=1 y=2 z="$x$y"; echo $x $y $z
a=b=c; echo $a; x="a b"; y=$x; echo "$y"; y=$x$x; echo "$y"
x=; echo "[$x]"; x=a\ b; echo "$x"; x='*'; echo "$x"; y=$x; echo "$y"
A=1 B=2 sh -c 'echo $A $B'; echo "[$A]"
x=old; x=new :; x=new true; echo $x
x=1; x=2 eval 'echo $x'
IFS=: read a b <<EOF
1:2
EOF
echo $a $b "$IFS" | cat
x+=more; echo $x
PATH=/nonexistent nosuch; echo $?
v=$(echo out)$?; echo $v
