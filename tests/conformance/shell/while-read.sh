printf 'a 1\nb 2\n\nc 3' > /w/in; n=0; while read -r k v; do n=$((n+1)); echo "$n:$k=$v"; done < /w/in; echo $n; while read -r k v || [ -n "$k" ]; do echo "$k"; done < /w/in; cat /w/in | while read -r l; do n=$((n+1)); done; echo $n; while IFS= read -r l; do printf '[%s]\n' "$l"; done <<E
  lead
trail  
a\b
E
sum=0; while read x; do sum=$((sum+x)); done <<E
1
2
3
E
echo $sum; while read a b; do [ "$a" = stop ] && break; echo $a; done <<E
go 1
stop 2
no 3
E
for i in 1 2; do read line; echo "$i $line"; done <<E
x
y
E
