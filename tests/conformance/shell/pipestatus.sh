# bash
true | false | (exit 3); echo "${PIPESTATUS[@]}"
false; echo ${PIPESTATUS[0]}
true | true; a=("${PIPESTATUS[@]}"); echo ${#a[@]}
! false | true; echo ${PIPESTATUS[*]}
