# bash
echo before
if true; then echo ok; fi
echo line3; )
echo never
