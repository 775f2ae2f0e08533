# The resolver against dnf on made-up repositories: fixed seeds, every trait, each of our results proved closed and conflict-free.
. "$(dirname "$0")/lib.sh"
# shellcheck disable=SC2153 # run.sh says where the examples are
judge=${JUDGE%/*}/solve-judge
# Debian's python3 has dnf's modules.
if out=$(timeout 600 /usr/bin/python3 "$HERE/solve_cases.py" "$judge" "$HOME/solve-worlds" --exceptions "$HERE/exceptions/resolver" 2>&1); then ok "$(tail -n 1 <<< "$out")"; else fail "dnf decides otherwise"; indent "$out" 60; fi
finish
