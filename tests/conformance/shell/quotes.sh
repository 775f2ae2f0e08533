echo 'single "double" $x' "double 'single' \$x \`x\` \\ \a"
x=val
echo "$x"'$x'$x"${x}y"
echo a\ b \$x \"q\" \'q\'
echo $'tab\there' $'quote\'s' $'\x41\101\u00e9' $'nl\nx'
echo "line1
line2"
echo one\
two "three\
four" 'five\
six'
echo ""''x
echo "a"b'c'd
