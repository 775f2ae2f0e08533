(exit 256); echo $?; (exit 257); echo $?; (exit -1); echo $?
nosuchcommand; echo $?; /no/such; echo $?; /w; echo $?
: > /w/nox; /w/nox; echo $?
false; exit
