# sh
x=1; x=2 :; echo $x
y=1 export z=2; echo $y$z
readonly r=1
(r=2; echo no); echo $?
r=2
echo not reached
