# bash
exec nosuchprogram
echo no
