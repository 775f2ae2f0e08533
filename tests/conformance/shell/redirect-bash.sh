# bash
cd /w
echo both &> b; ls /nonexistent &>> b; cat b | head -1
cat <<< "here string $1"; cat <<< 'one  two'; x='a  b'; cat <<< $x
exec {fd}> named; echo to-named >&$fd; exec {fd}>&-; cat named; [ $fd -ge 10 ] && echo high
read -u 3 l 3<<< "unit"; echo $l
{ echo o; echo e >&2; } |& cat
set -C; echo x > c; echo y > c; echo st=$?; echo z >| c; cat c; set +C
echo 1 >&2 2>/dev/null; echo hi >& file; cat file
cat < <(echo process; echo substitution)
while read l; do n=$((n+1)); done < <(printf 'a\nb\nc\n'); echo $n
diff() { while read -u 3 a && read -u 4 b; do [ "$a" = "$b" ] && echo same || echo "$a/$b"; done 3< "$1" 4< "$2"; }
diff <(printf '1\n2\n') <(printf '1\n3\n')
cat <(echo a) <(echo b)
exec 6<> rw; echo line >&6; exec 6>&-; cat rw
f() { echo in f; } > ff; f; cat ff
for i in 1 2; do echo $i; done > loop; cat loop
if true; then echo cond; fi > iff; cat iff
case x in x) echo cs;; esac > csf; cat csf
(echo sub; echo sub2 >&2) > s1 2> s2; cat s1 s2
[[ -f ff ]] > cond; ls cond
((1)) 2>/dev/null; echo $?
