echo "$#" "$1" "$2" "$3" "${2}" "${10}x"
set -- a b c d e f g h i j k
echo $1 ${10} ${11} $10 $#
echo "$@" - "$*"
for x in "$@"; do printf '<%s>' "$x"; done; echo
for x in "$*"; do printf '<%s>' "$x"; done; echo
set -- "a b" c ""
for x in $@; do printf '<%s>' "$x"; done; echo
for x in $*; do printf '<%s>' "$x"; done; echo
for x in "$@"; do printf '<%s>' "$x"; done; echo
for x in "p$@s"; do printf '<%s>' "$x"; done; echo
set --
for x in "$@"; do printf '<%s>' "$x"; done; echo none
for x in "$*"; do printf '<%s>' "$x"; done; echo one
for x in ""$@; do printf '<%s>' "$x"; done; echo one
echo $? $#
(exit 3); echo $?
false; echo $? $?
