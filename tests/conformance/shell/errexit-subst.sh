set -e
echo $(false; echo inside)
echo $(exit 3)
x=$(false; echo inside)
echo "x=$x"
