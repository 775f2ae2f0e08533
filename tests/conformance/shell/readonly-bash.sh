# bash
readonly r=1; r=2; echo same line
echo next $? $r
r=3 true; echo $?
(r=2; echo no); echo sub $?
f() { local r=5; echo "f $?"; }; f
for r in a; do echo no; done
echo $?
