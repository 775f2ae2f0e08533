# bash
trap 'echo ERR $?' ERR
false
false || true
f() { false; true; }
f
(exit 3)
if false; then :; fi
! true
set -E
f
echo end
