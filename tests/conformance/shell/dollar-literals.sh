echo $ a$ "$" "a$" '$' \$ "\$x" $'\$' "$ x" $% "$%" "$)" $. a$/b "${x}$" "$"x; echo "cost: 5$" $(echo $) "`echo $`"; x=1; echo $x$ $x. $x-y ${x}z $x\y "$x'" "$x:" $xy.
