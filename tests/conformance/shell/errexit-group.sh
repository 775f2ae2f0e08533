set -e
{ false && true; }
echo group passes
if true; then false && true; fi
echo if passes
for i in 1; do false && true; done
echo for passes
(false && true)
echo no
