# bash
echo before; echo $((1/0)); echo same line
echo next $?
echo $((1+)); echo no
echo $? after
((1/0)); echo "((: $?"
let 'x=1/0'; echo let: $?
echo $((08)); echo no
echo last
