cd /w; : > a.txt; : > b.txt; : > c.sh; : > .hidden; mkdir d; : > d/e.txt; : > 'sp ace'; : > '[x]'
echo *; echo *.txt; echo .h*; echo */; echo */*; echo ?.sh [a-b].txt [!a]*.txt [[:alpha:]].*
echo "*" '*.txt' \*.txt nomatch* [z]* *nothing
x='*.txt'; echo $x "$x"; y=$x; echo $y
for f in *.txt; do echo "<$f>"; done
echo /w/*.txt /w/d/* /w/./*.sh ./*.txt d/../*.sh
echo s* \[* '['x] .[!.]*
set -f; echo *; set +f; echo *.sh
case a.txt in *.txt) echo m;; esac
echo [ab].txt [a-z]*.[st]* /w/*/e.txt /*/a.txt
ls -d *.txt 2>/dev/null
printf '%s\n' d*/
