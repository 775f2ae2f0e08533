# Every form of spec against dnf on a repository of awkward names: spec_cases.py has the list.
. "$(dirname "$0")/lib.sh"
# shellcheck disable=SC2153 # run.sh says where the examples are
judge=${JUDGE%/*}/solve-judge
# Debian's python3 has dnf's modules.
if out=$(timeout 600 /usr/bin/python3 "$HERE/spec_cases.py" "$judge" "$HOME/spec-world" 2> /dev/null); then ok "$(tail -n 1 <<< "$out")"; else fail "dnf takes specs otherwise"; indent "$out" 60; fi
finish
