cd /w; echo 'echo "sourced $# $1"; v=from-file; return 3; echo no' > f; . ./f; echo $? $v
. ./f a b; echo $1; echo 'return' > r; false; . ./r; echo $?; echo 'exit_code=5; false' > e; . ./e; echo $?
echo 'fn() { echo fn-in-file; }' > lib; . /w/lib; fn; (. ./f); mkdir sub; echo 'echo path-found' > sub/onpath; PATH=$PATH:/w/sub; . onpath
echo 'for i in 1 2; do break; done; echo after' > b; . ./b; echo 'set -- x y' > s; . ./s; echo $#; . ./s p; echo $#
