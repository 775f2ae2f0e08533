usage() { echo "usage: $0 [-v] [-f file]" | sed 's/rpm-tmp[^ ]*/x/'; }
main() { verbose=0 file=; OPTIND=1
  while getopts 'vf:h' opt; do case $opt in v) verbose=$((verbose+1));; f) file=$OPTARG;; h) usage; return 0;; *) return 2;; esac; done
  shift $((OPTIND - 1)); echo "v=$verbose f=$file rest=$*"; }
main -vv -f x a b; main -fy; main -h; main; main -v -- -f; main -z 2>/dev/null; echo $?; main -f 2>/dev/null; echo $?
