# bash
set -e
echo a
((i=0))
echo no
