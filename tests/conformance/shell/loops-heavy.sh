i=0; s=0; while [ $i -lt 2000 ]; do s=$((s + i)); i=$((i + 1)); done; echo $s
x=; for i in 1 2 3 4 5 6 7 8 9 10; do x="$x$i,"; done; echo "${x%,}"
f() { n=$1; [ $n -gt 0 ] && f $((n - 1)); }; f 20; echo $?
