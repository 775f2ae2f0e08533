echo {a,b,c} x{1,2}y {a,b}{c,d} {1..5} {5..1} {a..e} {1..10..3} {01..03} {-2..2}
echo {a,{b,c}d}e {} {a} {a,b "{a,b}" '{c,d}' \{a,b\} a{,b}c
echo ${x}{a,b} $'{a,b}' {a..c}{1..2} pre{a,"b c",d}post
x={a,b}; echo $x
echo {x,y}{,} {1..3}a {A..C} {z..w} {0..6..2}
mkdir -p /w/{d1,d2/{s1,s2}}
echo /w/*/*
