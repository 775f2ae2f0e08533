# sh
(echo $((1/0)); echo no); echo $?
(echo ${x?}; echo no); echo $?
(readonly r=1; r=2; echo no); echo $?
(echo ${x!bad}; echo no); echo $?
