command echo plain; command -v echo; command -v sh; command -v nosuch; echo $?; command -v if; f() { :; }; command -v f
echo() { printf 'function\n'; }; echo; command echo builtin; unset -f echo; command -V echo; command nosuch; echo $?
type sh; type if; type nosuch 2>/dev/null; echo $?; hash -r; echo $?; command -p echo p; command; echo $?
command -v /bin/sh; command -v /bin/nosuch; echo $?; [ -x "$(command -v cat)" ] && echo have-cat
