f() { exit 4; }
trap 'echo exit $?' EXIT
(f; echo no); echo $?
x=$(f; echo no); echo $?
f
echo no
