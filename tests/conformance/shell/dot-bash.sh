# bash
cd /w; . /no/such; echo $?; echo 'echo here' > cwdfile; . cwdfile; source ./cwdfile; . nofile; echo $?
. ; echo $?; echo end
