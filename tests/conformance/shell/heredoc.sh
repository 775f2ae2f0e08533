x=val; cat <<E1
$x ${x:-d} $(echo sub) `echo bt` $((1+1)) \$x \\ \` "quoted" 'single' \n
  indented
${y:-"dq in default"} ${y:-'sq'}
E1
cat <<"E2"
$x ${x} `no` \$ \\
E2
cat <<\E3
$raw
E3
cat <<-E4
	tab $x
	E4
cat <<E5 | tr a-z A-Z
piped
E5
f() { cat <<E6
in function $1
E6
}
f arg
cat <<E7 && echo and
body
E7
if true; then cat <<E8
in if
E8
fi
x=$(cat <<E9
in sub
E9
); echo "$x"
cat <<EA; echo after
a\
b
EA
cat <<'EB'
a\
b
EB
while read l; do echo "[$l]"; done <<EC
l1
  l2
EC
cat <<E-D
dash
E-D
cat 3<<ED <&3
fd3
ED
cat <<EE
EE
echo end
cat <<EF
no newline at end
EF
