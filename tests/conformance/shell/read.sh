printf 'a b c\n' | { read x y; echo "$x|$y"; }
printf 'a\\tb c\\\nd\n' | { read x; echo "$x"; }
printf 'a\\tb\n' | { read -r x; echo "$x"; }
printf '  lead  \n' | { read x; echo "[$x]"; }
printf '  lead  \n' | { IFS= read -r x; echo "[$x]"; }
printf 'a:b:c\n' | { IFS=: read x y z; echo "$x-$y-$z"; }
printf 'a:b:c:d\n' | { IFS=: read x y; echo "$x-$y"; }
printf 'a:b:\n' | { IFS=: read x y; echo "$x-$y"; }
printf 'no newline' | { read x; echo "$? $x"; }
printf '' | { read x; echo "$? [$x]"; }
printf 'one\ntwo\n' | { read a; read b; echo $b$a; read c; echo $?; }
printf 'x y z\n' | { read a b c d; echo "[$a][$b][$c][$d]"; }
while IFS=: read -r user x uid rest; do echo "$user $uid"; done < /etc/passwd
printf 'a  b   c\n' | { read x y; echo "[$y]"; }
printf ':a\n' | { IFS=: read x y; echo "[$x][$y]"; }
printf 'a b \n' | { read x y; echo "[$x][$y]"; }
printf '\\a b\n' | { read x y; echo "[$x][$y]"; }
printf 'a\\ b c\n' | { read x y; echo "[$x][$y]"; }
