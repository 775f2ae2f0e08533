# bash
set -e
((0)) || echo guarded
if ((0)); then :; fi
let x=0 || true
[[ a == b ]] || echo g2
[[ a == b ]]
echo no
