# bash
[[ a == a ]] && echo 1; [[ a = b ]] || echo 2; [[ a != b ]] && echo 3
[[ abc == a* ]] && echo 4; [[ abc == "a*" ]] || echo 5; x='a*'; [[ abc == $x ]] && echo 6; [[ abc == "$x" ]] || echo 7
[[ -n x && -z "" ]] && echo 8; [[ -z x || -n x ]] && echo 9; [[ ! -e /nope ]] && echo 10
[[ ( a == a ) && ( b == b || c == d ) ]] && echo 11; [[ -d / && -f /etc/passwd ]] && echo 12
[[ 5 -gt 3 && 5 -ge 5 && 1 -lt 2 && 1 -le 1 && 1 -eq 1 && 1 -ne 2 ]] && echo 13
[[ a < b ]] && echo 14; [[ b > a ]] && echo 15; n=5; [[ n -eq 5 ]] && echo 16; [[ n+1 -eq 6 ]] && echo 17
e=; [[ $e == "" ]] && echo 18; [[ $unset ]] || echo 19; [[ x ]] && echo 20
s='a b'; [[ $s == 'a b' ]] && echo 21; [[ -n $s ]] && echo 22
[[ abc =~ ^a(.)c$ ]] && echo 23 ${BASH_REMATCH[0]} ${BASH_REMATCH[1]}
re='^([0-9]+)\.([0-9]+)$'; [[ 12.34 =~ $re ]] && echo 24 "${BASH_REMATCH[1]}-${BASH_REMATCH[2]}"
[[ foo.bar =~ o\.b ]] && echo 25; [[ fooxbar =~ "o.b" ]] || echo 26; [[ "a b" =~ a\ b ]] && echo 27
[[ el9 =~ ^(el|fc)[0-9]+$ ]] && echo 28 ${BASH_REMATCH[1]}; [[ x =~ y ]]; echo 29 $? ${#BASH_REMATCH[@]}
[[ abc =~ [[:alpha:]]+ ]] && echo 30; [[ "a]b" =~ []] ]] && echo 31; [[ a-b =~ [a\-z]-[^a] ]] && echo 32
[[ -v n ]] && echo 33; [[ -v nope ]] || echo 34; [[ foo == @(foo|bar) ]] && echo 35; [[ foo == !(bar) ]] && echo 36
[[ -f /etc/passwd
  && a == a ]] && echo 37
[[ $s = a\ b ]] && echo 38; [[ ! a == b && ! ( c == d ) ]] && echo 39
if [[ -x /bin/sh ]] ; then echo 40; fi; [[ a == [a-c] ]] && echo 41; [[ '[' == '[' ]] && echo 42
[[ -o errexit ]] || echo 43; [[ /etc -ef /etc/. ]] && echo 44
[[ "" ]] || echo 45; [[ ab =~ ^(a)(x)?b$ ]] && echo 46 "${#BASH_REMATCH[@]}[${BASH_REMATCH[2]}]"
[[ $1 == 1 ]] 2>/dev/null && echo 47
