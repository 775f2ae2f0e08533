set -e
echo start
false || echo guarded
if false; then :; fi
! true
! false
while false; do :; done
false && echo no
true && true
x=$(false) || echo sub guarded
(false; echo in) || echo subshell guarded
f() { false; echo after-false-in-f; }
if f; then echo f-true; fi
f || echo no
f && echo and
{ false; echo grp; } || echo no
echo end
(exit 3)
echo not reached
