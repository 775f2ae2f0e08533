x=1; (x=2; echo $x); echo $x
(cd /usr; pwd); pwd
(exit 3); echo $?
(set -- a b; echo $#); echo $#
(umask 077; umask); umask
( (echo nested) )
(f() { echo f; }; f); f 2>/dev/null; echo $?
(trap 'echo sub exit' EXIT; echo body); echo main
( exit ); echo $?
false; (exit); echo $?
(echo a; (echo b; (echo c)))
x=$( (exit 4); echo $? ); echo $x
