# bash
(echo $((1/0)); echo no); echo $?
(echo ${x!bad}; echo no); echo $?
echo ${x!bad}; echo same
echo $?
true > /no/such; echo $?; : > /no/such; echo $?
[ a b c ]; echo $?; cd /nosuch; echo $?; read -z; echo $?; printf; echo $?; shift 9; echo $?; return; echo $?; break; echo $?; export 1x; echo $?; unset 1x; echo $?; set -o nosuch; echo $?; set -Z; echo $?; trap x NOSUCH; echo $?; local x; echo $?; wait x; echo $?; umask x; echo $?; exit abc; echo no
