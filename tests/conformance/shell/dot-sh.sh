# sh
cd /w; echo 'echo here' > cwdfile; (. cwdfile; echo no); echo $?
. /no/such
echo not reached
