# sh
f() { echo f; }; export() { echo mine; } 2>/dev/null; x=1 f; echo "[$x]"
echo a | { read x; echo $x; }; [[ a == a ]] && echo cond; a=(1 2); echo ${a[1]}; ((1)) && echo arith; echo {a,b}; cat <<< here; echo ${x^^}; echo &> /w/both; cat <(echo ps)
for ((i=0;i<2;i++)); do echo $i; done; local=1; echo $local; function g { echo g; }; g; trap 'echo int' INT; trap
printf '%s\n' "${BASH_VERSION%%.*}"; set -o | grep '^posix'; echo $'\x41'; x=abc; echo ${x:1} ${x//b/Z}
