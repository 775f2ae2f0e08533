#!/bin/bash
# Which signatures of the packages count by the key given: ours against rpmkeys'. Needs rpm and
# `cargo build --example rpm-judge`. Keys this rpm cannot import are left out of the comparison.
#   tests/conformance/rpm-signatures.sh KEY PATH…
set -eu
JUDGE=${JUDGE:-${CARGO_TARGET_DIR:-target}/debug/examples/rpm-judge}
W=$(mktemp -d); trap 'rm -rf "$W"' EXIT
KEY=$1; shift; export HOME=$W; mkdir "$W/db"; echo "%_dbpath $W/db" > "$W/.rpmmacros"
rpmkeys --import "$KEY" 2>/dev/null || { echo "rpm cannot import $KEY"; exit 0; }
mapfile -t PACKAGES < <(find "$@" -type f -name '*.rpm*' | sort)
"$JUDGE" signatures "$KEY" "${PACKAGES[@]}" | awk '/ (RSAHEADER|DSAHEADER) .* OK /{print $1" header"} / SIG_(PGP|GPG) .* OK /{print $1" whole"}' | sort > "$W/ours"
for p in "${PACKAGES[@]}"; do
  rpmkeys -Kv "$p" 2>/dev/null | awk -v n="$(basename "$p")" '/Header V[0-9].*Signature.*: OK/{print n" header"; next} /V[0-9].*Signature.*: OK/{print n" whole"}'
done | sort > "$W/theirs"
diff "$W/ours" "$W/theirs" && echo "$(wc -l < "$W/ours") signatures of ${#PACKAGES[@]} packages count, by rpmkeys too"
