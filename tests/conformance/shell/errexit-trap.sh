trap 'echo exit $?' EXIT
set -e
false
echo no
