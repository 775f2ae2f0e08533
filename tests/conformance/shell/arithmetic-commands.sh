# bash
((1)); echo $?; ((0)); echo $?; ((x=5)); echo $x $?; ((x>3 && x<10)) && echo in
((x+=2, y=x*2)); echo $x $y
let a=3 b=a*2 'c = a + b'; echo $a $b $c $?
let 0; echo $?
for ((i=0;i<3;i++)); do echo -n "$i "; done; echo
for ((i=0,j=10; i<j; i+=3, j-=2)); do echo "$i $j"; done
for ((;;)); do echo once; break; done
for ((i=3;i--;)) { echo b$i; }
for ((i=0;i<2;i++)) do echo nosemi$i; done
arr=(10 20 30); echo $((arr[1]+1)) $((arr[0]++)) ${arr[0]}; ((arr[2]*=2)); echo ${arr[@]}
n=1; while ((n < 20)); do ((n*=2)); done; echo $n
if (( n == 32 )); then echo yes; fi
(( (1+2) * 3 == 9 )) && echo parens
