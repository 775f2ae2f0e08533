exists() { [ -e "$1" ] && echo "$1 exists" || { echo "$1 missing"; return 1; }; }
exists /etc/passwd; exists /nope || echo handled; for f in /etc/passwd /nope /etc/group; do exists $f > /dev/null || continue; echo "ok $f"; done
exists /nope; echo $?; if exists /etc > /dev/null; then echo dir; fi
