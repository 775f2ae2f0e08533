set -e; case $- in *e*) echo has-e;; esac; set +e; case $- in *e*) echo no;; *) echo no-e;; esac
set -- -a b; echo $1 $2; set a; echo $#; set --; echo $#
set -f; echo *; set +f
set -o noglob; echo /*x*; set +o noglob
set -a; exported=1; set +a; sh -c 'echo $exported'
set -ef; set +ef; set -o errexit; set +o errexit
set - x y; echo $1
set -u; echo ${x-unset}; set +u
x=1; set | grep '^x='
set -x; : traced; set +x
