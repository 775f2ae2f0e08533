outer() { inner "$@"; }; inner() { echo $#; for a in "$@"; do echo "<$a>"; done; }; outer 'a b' '' "c
d" '*'; outer; outer "$@"; wrap() { "$@"; }; wrap echo wrapped 'x  y'; wrap inner a; set -- "$@" last; inner "$@"; cmd='inner p q'; $cmd; "inner" 'r'
