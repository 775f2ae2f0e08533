x=$(printf '\377\376a'); printf '%s' "$x" | od -An -tx1 2>/dev/null || echo; y=$(printf 'a\0b'); echo ${#y}; printf '%s' $'\xff' | wc -c; echo "${x%a}" | wc -c
