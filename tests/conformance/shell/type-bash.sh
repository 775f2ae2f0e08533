# bash
type -t echo if sh f; echo $?; type -p sh; type -P cat; type -a true | head -1; f() { :; }; type -t f; builtin echo b; builtin nosuch; echo $?
alias; unalias -a; enable -n echo 2>/dev/null; enable echo; hash cat; echo $?
