set -e
f() { false; echo f-continues; }
if ! f; then echo neg; fi
f && echo and-ok
x=$(f) || true; echo "[$x]"
while f && false; do :; done
{ f; } || echo grp
(f) || echo sub
y=$(echo a; false) || echo "caught $? $y"
[ -d /nope ] || mkdir -p /w/made
test -d /w/made && echo made
! false
true; false || true; echo reached
case x in x) false || true;; esac
for i in 1 2; do false || continue; echo no; done
trap 'echo bye $?' EXIT
sh -c 'exit 5'
echo no
