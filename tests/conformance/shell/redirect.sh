cd /w
echo one > f; echo two >> f; cat f; echo three > f; cat < f
{ echo out; echo err >&2; } > o 2> e; cat o e
{ echo out; echo err >&2; } > both 2>&1; cat both
{ echo out; echo err >&2; } 2>&1 > only | cat; cat only
echo x >| f; cat f
exec 3> three; echo to3 >&3; exec 3>&-; cat three
exec 4< three; read l <&4; echo "got $l"; exec 4<&-
exec 5>&1; echo via5 >&5; exec 5>&-
echo a 1>&2 2>/dev/null
cat <<EOF > h
hello $1 $(echo sub) \$x \\ `echo bq` "q" 'q'
EOF
cat h
cat <<'EOF'
raw $1 $(x) \$x
EOF
cat <<-EOF
	tab stripped
		two
	EOF
cat <<A; cat <<B
in a
A
in b
B
cat <<"E F"
quoted tag
E F
while read a b; do echo "$b-$a"; done <<X
1 2
3 4
X
: > empty; [ -s empty ] || echo empty
> created; ls created
2>/dev/null echo front
echo mid > m 2>&1 dle; cat m
cat < /no/such; echo st=$?
echo x > /no/dir/f; echo st=$?
cat <&9; echo st=$?
echo append >> newf; cat newf
read x < f; echo $x
{ read a; read b; } <<E
l1
l2
E
echo $a $b
