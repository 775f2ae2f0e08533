cd /w; : > f; echo x > g; ln -s g l; ln -s none dang; mkdir d; chmod 755 f; chmod 4755 g; ln g hard
t() { test "$@" && echo "yes: $*" || echo "no: $* ($?)"; }
t -e f; t -e none; t -f f; t -f d; t -d d; t -d f; t -s f; t -s g; t -x f; t -r f; t -w f; t -L l; t -h l; t -L f; t -e dang; t -L dang; t -u g; t -u f; t -k d; t -p f; t -S f; t -b f; t -c /dev/null
t a = a; t a = b; t a != b; t a == a; t -n ""; t -n x; t -z ""; t -z x; t ""; t x; t -n; t -z; t
t 1 -eq 1; t 1 -ne 2; t 2 -gt 1; t 2 -ge 2; t 1 -lt 2; t 3 -le 2; t " 5 " -eq 5; t -5 -lt 0; t +3 -eq 3
t ! a = b; t ! -e none; t a = a -a b = b; t a = a -a b = c; t a = b -o c = c; t \( a = a \); t \( a = b -o b = b \) -a c = c; t ! x; t ! ""
t g -ef hard; t g -ef l; t f -ef g; t f -nt none; t none -ot f
t = ; t = = =; t -f = -f; t ! = !; t "(" ; t "(" x ")"; t a "<" b; t b ">" a
test 1 -eq x; echo $?; test a b; echo $?; test a b c; echo $?; test -q x; echo $?; [ a = a; echo $?; [ 1 -eq 1 ]; echo $?
[ -n "$unset" ] || echo empty; [ -n $unset ] && echo quirk; [ "x$1" = x1 ] && echo one
[ -f f -a ! -d f ] && echo and; [ ! -f f -o -d d ] && echo or; [ -t 0 ]; echo $?
