x=abcabc
echo ${x/b/X} ${x//b/X} ${x/#a/X} ${x/%c/X} ${x//b} ${x/b} ${x/z/y}
echo ${x//[ab]/-} ${x/b*/} ${x//?/.} ${x/#/pre} ${x/%/post}
p=/a/b/c; echo ${p//\//-} ${p////:} ${p/\/a/x}
y='a b c'; echo "${y// /_}" ${y// /_} "${y/ /$'\n'}"
r='X Y'; echo "${x/b/$r}" ${x/b/"$r"}
set -- ab ac; echo ${@/a/z} "${@/a/z}"
e=; echo "[${e/a/b}]"
s='foo/bar/baz'; echo ${s//o/0} ${s/\//\\}
q="it's"; echo "${q/\'/\"}"
m=hello; echo ${m//l/[&]} ${m//l/[\&]}
