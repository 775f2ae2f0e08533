for row in 'a 1' 'bb 22' 'ccc 333'; do set -- $row; printf '%-5s|%5d|\n' "$1" "$2"; done
printf '%s=%s\n' a 1 b 2 c; printf '%s\n' "" | wc -l; printf '%b\n' 'x\ny' '\0101'; printf '%5.2s|%-6.3s|\n' abcdef abcdef
printf '%s %d\n' only; printf '%x\n' -1; printf '%u\n' -1; printf '%i\n' 08 2>/dev/null; echo $?; printf '%d\n' ' 7'; printf '%d\n' "" ; printf '%c|%c|\n' '' x | od -An -c | tr -s ' '
