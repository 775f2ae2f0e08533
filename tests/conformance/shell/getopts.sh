set -- -a -b val -cd arg1 arg2
while getopts ab:cd o; do echo "$o ${OPTARG-none} $OPTIND"; done
shift $((OPTIND-1)); echo "rest $*"
OPTIND=1; set -- -x -b
while getopts :ab: o; do echo "$o $OPTARG"; done
OPTIND=1; set -- -abval -- -a; while getopts ab: o; do echo "$o ${OPTARG-}"; done; echo $OPTIND
f() { local OPTIND=1 o; while getopts n: o "$@"; do echo "f $o $OPTARG"; done; }; f -n 1 -n2 x
OPTIND=1; getopts a o; echo $? $o
OPTIND=1; getopts a o -z 2>/dev/null; echo $? $o
