x='a b  c'; for w in $x; do printf '<%s>' "$w"; done; echo
x=' a:b :c: '; IFS=:; for w in $x; do printf '<%s>' "$w"; done; echo
IFS=': '; for w in $x; do printf '<%s>' "$w"; done; echo
IFS=; x='a b'; for w in $x; do printf '<%s>' "$w"; done; echo
IFS=,; set -- a b c; echo "$*"; x="$*"; echo $x; y=$*; echo "$y"
IFS='-+'; echo "$*"; IFS=; echo "$*"; unset IFS; echo "$*"
IFS=:; p=/bin:/usr/bin::/x; for d in $p; do printf '<%s>' "$d"; done; echo
x='a::b:'; set -- $x; echo $#
IFS=$' \t\n'; x=$'l1\nl2  l3\t'; set -- $x; echo $# "$1" "$3"
IFS=x; v=axbxxc; set -- $v; echo $#; echo "$1|$2|$3|$4"
