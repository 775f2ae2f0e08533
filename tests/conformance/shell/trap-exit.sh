trap 'echo one; exit 7' EXIT
exit 3
