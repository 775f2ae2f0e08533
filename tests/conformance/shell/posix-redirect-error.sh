# sh
(: > /no/such; echo no); echo $?
(true > /no/such; echo yes); echo $?
(eval : > /no/such; echo no); echo $?
(exec > /no/such; echo no); echo $?
(set -o nosuch; echo no); echo $?
(shift 9; echo yes $?)
(export 1x; echo yes $?); (unset 1x; echo yes $?)
(foo-bar() { :; }; echo yes $?); echo $?
: > /no/such
echo no
