# sh
(eval 'if'; echo no); echo $?
eval 'fi'
echo not reached
