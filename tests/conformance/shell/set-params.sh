set -- -e -x; echo $1 $2 $-x | sed 's/[hB]//g'; set -- "a b" 'c'; echo $# "$1"; set -e -- x; echo $1; set +e; set x y z; echo $3; set -- $(echo 1 2 3); echo $#; set -- /e*c; echo $1; f() { set -- in; echo $1; }; f; echo $1; set --; echo $#; set a; shift; echo $#; set -- 'x
y'; echo "$1"; IFS=,; set -- $(echo a,b); unset IFS; echo $1; set - p; echo $1; set +; echo $? > /dev/null
