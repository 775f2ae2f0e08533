set -e
x=$(echo ok; false)
echo "no $x"
