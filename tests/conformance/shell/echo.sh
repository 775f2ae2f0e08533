echo a  b   c
echo -n no newline; echo
echo -e 'a\tb\nc\\d\0101\x41'
echo -E 'a\tb'
echo -ne 'x\n'
echo -e 'cut\chere'; echo
echo -x -n; echo -- -n; echo -
echo "" ; echo
echo 'a\nb'
