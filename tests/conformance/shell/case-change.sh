# bash
x=hello; y=WORLD; z=mixedCase
echo ${x^} ${x^^} ${y,} ${y,,} ${z^^} ${z,,} ${z^^[a-d]} ${x^^l} ${x^h} ${x^z} ${y,,[A-M]}
a=(one two); echo ${a[@]^} "${a[*]^^}"
u=äöü; echo ${u^^}
declare -u up=abc; declare -l low=ABC; echo $up $low; up=xyz; echo $up
