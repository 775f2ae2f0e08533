printf '%s\n' a b c; printf '%s %s\n' a b c; printf 'no args %s|\n'; printf '%d %i %u\n' 5 -3 7; printf '%5d|%-5d|%05d|%+d\n' 42 42 42 42
printf '%x %X %o %#x %#o\n' 255 255 8 255 8; printf '%c%c\n' abc d; printf '%5s|%-5s|%.2s|%5.1s|\n' ab ab abc xyz
printf '%b' 'a\tb\n'; printf '%%\n'; printf 'tab\there\\n\n'; printf '\101\x42\n'; printf '%s\n' 'a\nb'
printf '%d\n' 0x1f 010 "'A" ; printf '%*d|%-*d|\n' 5 1 5 2; printf '%.3d\n' 5; printf '%f %.2f %e %g\n' 1.5 2.345 12345.678 0.0001
printf '%q %q %q\n' 'a b' "it's" ''; printf '%s' none; echo; printf '%d\n' abc; echo $?; printf '%d\n' 12x; echo $?
printf -- '-%s-\n' x; printf '%s-' a b c; echo; printf '\n'; printf ''; printf 'x\0y' | wc -c
printf '%s\n' "$@"; printf '%-10s|%10s|\n' left right; printf '%3$s\n' 2>/dev/null; echo $?
printf '%g %g %g\n' 100000 1000000 1e-5; printf '%5.1f|\n' 3.14159; printf '%ld %lld\n' 1 2
