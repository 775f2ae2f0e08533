# bash
echo $BASH_VERSION | cut -d. -f1; echo ${BASH_VERSINFO[0]}; echo $BASH_SUBSHELL; (echo $BASH_SUBSHELL; (echo $BASH_SUBSHELL)); echo ${BASH_SOURCE[0]} | sed 's/[0-9]*$//'; echo ${FUNCNAME[0]-none}; echo $BASH; f() { echo ${BASH_SOURCE[0]} | sed 's/[0-9]*$//'; caller | sed 's/[0-9]*$//'; }; f; echo "${PIPESTATUS[0]}"; echo ${GROUPS[0]}
