#!/bin/bash
# run.sh SECONDS [TARGET...] : every target for that long, two at a time. A crash ends it, and leaves its input in target/fuzz/TARGET.
# Coverage comes from LLVM's own pass on stable Rust, for drydock's code alone: dependencies are those of the tests.
set -euo pipefail; cd "$(dirname "$0")/../.."
seconds=$1; shift
out=${CARGO_TARGET_DIR:-target}/fuzz; mkdir -p "$out"
here=tests/fuzz
RUSTC_WORKSPACE_WRAPPER=$PWD/$here/sancov.sh cargo build --locked --quiet -p drydock-fuzz --target-dir "${CARGO_TARGET_DIR:-target}"
bin=${CARGO_TARGET_DIR:-target}/debug/drydock-fuzz
targets=("$@"); [ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(sed -n 's/^    ("\([a-z_-]*\)", .*/\1/p' $here/src/main.rs)
one() { # TARGET
  mkdir -p "$out/$1/seeds"
  DRYDOCK_FUZZ=$1 DRYDOCK_FUZZ_SEEDS=$out/$1/seeds "$bin" -runs=0 > "$out/$1.log" 2>&1 || { cat "$out/$1.log"; return 1; }
  DRYDOCK_FUZZ=$1 "$bin" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -print_final_stats=0 -verbosity=0 -artifact_prefix="$out/$1/crash-" "$out/$1" "$out/$1/seeds" > "$out/$1.log" 2>&1 ||
    { echo "fuzz $1: crashed"; tail -30 "$out/$1.log"; return 1; }
  echo "fuzz $1: $seconds s, $(find "$out/$1" -type f | wc -l) inputs kept"
}
export -f one; export seconds out here bin
printf '%s\n' "${targets[@]}" | xargs -P "${JOBS:-2}" -I'{}' bash -c 'one {}'
echo "${#targets[@]} passed, 0 failed"
