# bash
echo before
(echo ${nope:?is missing}; echo no)
echo st=$?
(echo ${nope?}; echo no)
echo st=$?
: ${ok:=1}
echo ${nope:?}
echo not reached
