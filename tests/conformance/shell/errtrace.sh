# bash
trap 'echo "ERR:$?:$LINENO"' ERR
false
f() { false; return 0; }
f
(false)
x=$(false)
false | true
true | false
if false; then :; fi
false || :
g() { return 3; }
g
trap - ERR
false
echo done
