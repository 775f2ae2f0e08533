for x in "$@" extra; do echo "$x"; done; set -- "$@" more; echo $#; echo "${1+has}" "${9+has}" ${*:+nonempty}; shift $#; echo "${1-none}" $#
