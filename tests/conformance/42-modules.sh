# Module streams, profiles and groups against dnf on made-up repositories with modules.yaml and comps.xml; fixed seeds.
. "$(dirname "$0")/lib.sh"
# shellcheck disable=SC2153 # run.sh says where the examples are
judge=${JUDGE%/*}/solve-judge
# Debian's python3 has dnf's modules.
if out=$(timeout 600 /usr/bin/python3 "$HERE/module_cases.py" "$judge" "$HOME/module-worlds" --exceptions "$HERE/exceptions/modules" 2>&1); then ok "$(tail -n 1 <<< "$out")"; else fail "dnf decides otherwise"; indent "$out" 60; fi
finish
