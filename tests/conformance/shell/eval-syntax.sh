# bash
eval 'if'; echo $?
eval 'echo a; fi'; echo $?
eval '('; echo end $?
