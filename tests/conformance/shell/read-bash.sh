# bash
read -a arr <<< "1 2 3"; echo ${#arr[@]} ${arr[2]}
read -d : x <<< "ab:cd"; echo $x
read -n 3 x <<< abcdef; echo $x
read -N 4 x <<< $'ab\ncd'; echo "[$x]"
read -p prompt x <<< v; echo $x
read <<< "  reply  "; echo "[$REPLY]"
while read -r -d '' f; do echo "<$f>"; done < <(printf 'a\0b c\0')
IFS=, read -ra parts <<< "x,y z,,w"; echo ${#parts[@]} "${parts[1]}" "[${parts[2]}]"
read a[1] b <<< "q r"; echo ${a[1]} $b
mapfile -t lines < <(printf 'l1\nl2\nl3\n'); echo ${#lines[@]} "${lines[1]}"
readarray m <<< $'x\ny'; printf '%s' "${m[@]}"
mapfile -t -n 1 -s 1 k < <(printf '1\n2\n3\n'); echo "${k[@]}"
mapfile -d , -t c <<< "a,b"; echo "${#c[@]} ${c[0]}"
printf 'a\nb\n' | while read x; do echo "$x"; done
read -r x y <<< $'tab\tsep'; echo "$x-$y"
