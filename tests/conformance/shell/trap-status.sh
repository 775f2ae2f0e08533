trap 'false; echo trap; exit' EXIT
(trap 'true; exit' 0; exit 6); echo $?
f() { trap 'nosuch; exit' 0; }; (f; exit 3); echo $?
(trap 'false' EXIT; true); echo $?
(trap 'exit 4' EXIT; true); echo $?
(trap '(exit 9); echo $?' EXIT; exit 2); echo $?
true
