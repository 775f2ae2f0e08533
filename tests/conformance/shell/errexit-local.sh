f() { local x=$(false); echo "local hides $?"; }
set -e
f
export y=$(false)
echo export hides
z=$(true; exit 4)
echo no
