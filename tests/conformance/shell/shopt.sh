# bash
shopt -s nullglob dotglob; shopt -q nullglob; echo $?; shopt -u nullglob; shopt nullglob; echo $?; shopt nosuch; echo $?; shopt -p extglob; shopt -o errexit; shopt -so pipefail; shopt -qo pipefail; echo $?; shopt -s xpg_echo; echo 'a\tb'; shopt -u xpg_echo; shopt -s lastpipe; echo x | read y; echo "[$y]"
