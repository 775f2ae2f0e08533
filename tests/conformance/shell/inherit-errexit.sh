# bash
set -e; x=$(false; echo continues); echo $x; shopt -s inherit_errexit; y=$(false; echo stops) || echo caught $?; echo "[$y]"; z=$(false; echo no)
echo not reached
