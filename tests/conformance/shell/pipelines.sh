echo a | cat | cat; echo "a b" | while read x y; do echo "$y $x"; done
x=1; echo 2 | read x; echo $x; echo | { x=5; }; echo $x
false | true; echo $?; true | false; echo $?
! true; echo $?; ! false; echo $?; ! true | false; echo $?
printf '3\n1\n2\n' | sort | head -2
echo x | (read y; echo "sub $y"); { echo 1; echo 2; } | { read a; read b; echo $b$a; }
for i in 1 2 3; do echo $i; done | while read n; do [ $n = 2 ] && continue; echo n$n; done
exit 3 | exit 4; echo $?
echo multi |
cat |
  cat
(echo a; exit 7) | cat; echo $?
f() { cat; return 3; }; echo via | f; echo $?
