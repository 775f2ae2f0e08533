exec 2>&1
set -x; PS4='+ '
x=1; y="a b"; echo $x "$y" 'single' ''; z=$(echo sub)
[ a = a ] && echo yes
for i in 1 2; do :; done
f() { echo in; }; f arg
set +x
