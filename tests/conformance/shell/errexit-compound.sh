set -e
{ true; false || true; }
(true)
case a in a) true;; esac
for i in 1 2; do [ $i = 3 ] || true; done
[ a = b ] || [ a = a ]
f() { [ a = b ] && echo x; }
echo before f
f
echo no
