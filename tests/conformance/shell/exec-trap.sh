# bash
trap 'echo trapped' EXIT
(exec true)
f() { exec echo replaced; }
exec echo gone
