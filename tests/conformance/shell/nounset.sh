set -u
x=1
echo $x ${y-none} ${y:-none} "$@" $# "$*"
(echo $y; echo no); echo st=$?
(echo ${y#a}; echo no); echo st=$?
(echo ${#y}; echo no); echo st=$?
(echo $3; echo no); echo st=$?
(echo $((y+1)); echo no); echo st=$?
echo ${y+set} end
echo $undefined
echo not reached
