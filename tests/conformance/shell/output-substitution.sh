# bash
cd /w
echo text > >(cat > sub); sleep 0.2; cat sub
echo a b | tee >(cat > copy) > /dev/null; sleep 0.2; cat copy
