for i in 1 2 3; do echo -n $i; done; echo
for i in; do echo no; done; echo empty
for i; do echo "arg $i"; done
for i
do echo $i; done
for i in a b
do
echo $i; done
n=0; while [ $n -lt 3 ]; do n=$((n+1)); echo -n $n; done; echo
until [ $n -eq 0 ]; do n=$((n-1)); echo -n $n; done; echo
for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done
for i in 1 2; do for j in a b c; do [ $j = b ] && continue 2; echo $i$j; done; done
for i in 1 2; do for j in a b; do [ $j = b ] && break 2; echo $i$j; done; done; echo $?
while :; do while :; do break 2; done; done; echo out
while false; do :; done; echo $?
for i in 1; do false; done; echo $?
i=5; for i in x y; do :; done; echo $i
for i in "a b" 'c d'; do echo "<$i>"; done
while read l; do case $l in end) break;; *) echo $l;; esac; done <<E
one
two
end
three
E
for x in 1 2 3; do if [ $x = 2 ]; then break; fi; done; echo $x $?
