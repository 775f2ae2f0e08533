#!/bin/bash
# run.sh [CHECK...] : judge drydock with real tools. Each check is a file NN-name.sh here; all run, whatever fails, and the last line counts.
#   DRYDOCK=PATH   the binary (default: built here in release mode), with the examples beside it
#   WORLD=DIR      fixtures and servers (default: target/world; kept for the next run)      DRYDOCK_RPM_TESTS=DIR   more packages to read
# Needs root, as unpacking an image and namespaces do, and what setup.sh installs.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd); repo=$(cd "$here/../.." && pwd); target=${CARGO_TARGET_DIR:-$repo/target}
RUN_ID=run-$(date +%s)
WORLD=$(mkdir -p "${WORLD:-$target/world}" && cd "${WORLD:-$target/world}" && pwd)      # rpm --root wants it absolute
export WORLD RUN_ID RESULT
if [ -z "${DRYDOCK:-}" ]; then (cd "$repo" && cargo build --release --locked --bin drydock --examples) || exit 1; DRYDOCK=$target/release/drydock; fi
JUDGE=$(dirname "$(realpath "$DRYDOCK")")/examples/rpm-judge; export JUDGE
"$here/world.sh" up "$WORLD" || exit 1
trap '"$here/world.sh" down "$WORLD"' EXIT

# What the sandbox sees: the binary, the credentials; owned by nobody.
run=$WORLD/run; rm -rf "$run"; mkdir -p "$run/bin" "$run/in"
# shellcheck source=/dev/null
. "$WORLD/env.sh"
cp "$DRYDOCK" "$run/bin/drydock"; cp "$CERT" "$run/in/cert.pem"; cp "$KEY" "$run/in/key.pem"; cp "$CA" "$run/in/ca.pem"; cp "$GPGKEY" "$run/in/gpgkey"; cp "$here"/recipes/* "$run/in/"
export DRYDOCK=$run/bin/drydock
RESULT=$(mktemp); passed=0 failed=0 skipped=0
[ $# -gt 0 ] || set -- "$here"/[0-9][0-9]-*.sh
for check in "$@"; do
  [ -e "$check" ] || check=$(echo "$here"/"$check"*.sh)
  name=$(basename "$check" .sh); echo "== $name"; : > "$RESULT"; SECONDS=0
  timeout "${CHECK_LIMIT:-900}" bash "$check" || echo "  the check itself ended with $?"
  if read -r p f s < "$RESULT"; then passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s)); else echo "  FAIL $name did not finish"; failed=$((failed + 1)); fi
  echo "   ${SECONDS}s"
done
rm -f "$RESULT"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
