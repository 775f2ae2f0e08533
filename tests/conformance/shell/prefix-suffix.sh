p=/usr/lib/libfoo.so.1.2
echo ${p#/} ${p##*/} ${p%/*} ${p%%.*} ${p#*/} ${p%.*} ${p##/usr}
echo ${p#nomatch} ${p%nomatch} "${p#*"/"}"
f=a.tar.gz; echo ${f%.gz} ${f%%.*} ${f#*.} ${f##*.}
x='a*b*c'; echo "${x#a\*}" "${x#"a*"}" "${x%\**}" "${x##*\*}"
y='*'; echo "${x#*$y}" "${x#*"$y"}"
z=aaa; echo ${z#a} ${z##a} ${z%a} ${z%%a*} "[${z##*}]" "[${z#*}]"
set -- one.c two.c; echo ${@%.c} "${@#o}" ${*%.c}
v='  sp  '; echo "[${v#"${v%%[! ]*}"}]" "[${v%"${v##*[! ]}"}]"
k=abc; echo ${k#[a-b]} ${k%[!a]} ${k#?} ${k%??}
