# Repositories as they are in the field, against dnf: priorities, cost, filters, checksums, compressions, mirror lists, metalinks,
# skip_if_unavailable, xml:base, zchunk, advisories. What is chosen, and of which repository.
. "$(dirname "$0")/lib.sh"
# Debian's python3 has dnf's modules.
if out=$(timeout 600 /usr/bin/python3 "$HERE/repository_cases.py" "$DRYDOCK" "$HOME/repository-cases" 2>&1); then ok "$(tail -n 1 <<< "$out")"; else fail "dnf decides otherwise"; indent "$out" 60; fi
finish
