#!/bin/bash
# run.sh [build|resolve|memory|warm|depmod ...] : the performance table, drydock beside the tools people use, measured in one run on one machine.
#   DRYDOCK=PATH (default: a release build)   DRYDOCK_BENCH_DIR=CORPUS (made by make-corpus when missing: 20 minutes)   RUNS=N (medians; default 1)
# Needs root (buildah and dnf --installroot do).
set -euo pipefail; here=$(cd "$(dirname "$0")" && pwd)
user_home=$HOME; . "$here/env.sh"
if [ -z "${DRYDOCK:-}" ]; then (cd "$REPO" && HOME=$user_home cargo build --release --locked --bin drydock --example depmod-judge); DRYDOCK=$TARGET/release/drydock; fi
"$here/setup.sh"
[ -e "$DIR/.corpus" ] || "$here/make-corpus"
serve up; trap 'serve down' EXIT
skopeo inspect --raw --tls-verify=false "docker://$REG/ubi8/ubi:8.4" > /dev/null 2>&1 || "$here/base.sh"
BASE=$REG/ubi8/ubi@sha256:$(skopeo inspect --raw --tls-verify=false "docker://$REG/ubi8/ubi:8.4" | sha256sum | cut -d' ' -f1)
what=" ${*:-build memory warm resolve depmod} "; RUNS=${RUNS:-1}; stamp=$(date +%s); rows=$WORK/rows; : > "$rows"

# timed FILE COMMAND... : runs it; "seconds CPU-seconds peak-KiB" (of the largest process) go to FILE
timed() { local f=$1; shift; /usr/bin/time -f '%e %U+%S %M' -o "$f" "$@" > "$f.log" 2>&1 || { echo "failed: $*" | cut -c1-300; tail -15 "$f.log"; return 1; }; }
field() { tail -1 "$1" | cut -d' ' -f"$2"; }
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
# row NAME OURS UNIT WANTED-OP WANTED [PEER] : with a peer the ratio ours/peer is judged, without one the value itself
row() {
  awk -v n="$1" -v o="$2" -v u="$3" -v op="$4" -v w="$5" -v p="${6:-}" 'BEGIN {
    v = p == "" ? o : o / p; good = op == "<" ? v < w : op == "<=" ? v <= w : v == w
    printf "%s\t%s %s\t%s\t%s\t%s %s\t%s\n", n, o, u, p == "" ? "" : p " " u, p == "" ? "" : sprintf("%.3f", v), op, w, good ? "yes" : "NO" }' | tee -a "$rows"
}
dollar='$basearch'
sources() { # CONTENT
  local repo; for repo in baseos appstream rt; do [ $repo = rt ] && [ "${2:-}" = both ] && continue; echo --repo "$repo=$CDN_HTTPS/$1/dist/rhel8/8.4/$dollar/$repo/os"; done
  echo --entitlement "$CERT,$KEY" --cacert "$CA" --gpgkey "$(gpgkey)" --plain-http "$REG" --base "$BASE"
}
build() { # TIMES ARCHES REPOSITORY CACHE LOCK [more]
  local t=$1 arches=$2 name=$3 cache=$4 lock=$5 rt=(); shift 5; [[ $arches = *,* ]] && rt=(both)
  # shellcheck disable=SC2046 # words
  timed "$t" "$DRYDOCK" build --recipe driver-toolkit --kernel "$KERNEL" --set "rt_kernel=$RT_KERNEL" --rhel "$RELEASEVER" --arch "$arches" $(sources content "${rt[@]}") \
    --cache "$cache" --lock "$lock" --tag "$REG/$name:latest" --push --progress "${PROGRESS:-none}" "$@"
}
# What the stage took, all architectures together, from the log of a build with PROGRESS=json
stage() { jq -R 'fromjson? | select(.event == "finished" and .stage == "'"$2"'") | .milliseconds' "$1.log" | awk '{ t += $1 } END { print t / 1000 }'; }
manifest() { echo "$1@$(skopeo inspect --raw --tls-verify=false "docker://$REG/$1:latest" | jq -r '.manifests[0].digest')"; }

if [[ $what = *" build "* ]]; then
  for i in $(seq "$RUNS"); do
    echo "cold x86_64 build, run $i: drydock"; rm -rf "$WORK/cache" "$WORK/x86_64.lock"
    PROGRESS=json build "$WORK/cold.$i" x86_64 "bench-$stamp-$i" "$WORK/cache" "$WORK/x86_64.lock"
    echo "cold x86_64 build, run $i: buildah and dnf"; timed "$WORK/peer.$i" "$here/peer.sh" pipeline x86_64 "peer-$stamp-$i"
  done
  ours=$(for i in $(seq "$RUNS"); do field "$WORK/cold.$i" 1; done | median); theirs=$(for i in $(seq "$RUNS"); do field "$WORK/peer.$i" 1; done | median)
  row "cold build, base and TLS repos to registry" "$ours" s "<" 0.1667 "$theirs"
  row "of it file rules, scriptlets' effects and rpmdb" "$(for i in $(seq "$RUNS"); do stage "$WORK/cold.$i" install; done | median)" s "<" 0.15 "$ours"
  row "layers of the image, compressed" "$(layer_bytes "$(manifest "bench-$stamp-1")")" B "<=" 1 "$(layer_bytes "peer-$stamp-1:latest")"
fi
if [[ $what = *" warm "* ]]; then
  [ -s "$WORK/x86_64.lock" ] || { rm -rf "$WORK/cache"; build "$WORK/cold.1" x86_64 "bench-$stamp-1" "$WORK/cache" "$WORK/x86_64.lock"; }
  before=$(uploads)
  for i in $(seq "$RUNS"); do build "$WORK/warm.$i" x86_64 "bench-$stamp-1" "$WORK/cache" "$WORK/x86_64.lock" --locked; done
  row "second build, same lock" "$(for i in $(seq "$RUNS"); do field "$WORK/warm.$i" 1; done | median)" s "<" 0.1 "$(field "$WORK/cold.1" 1)"
  row "its uploads" "$(($(uploads) - before))" requests "==" 0
fi
if [[ $what = *" memory "* ]]; then
  rm -rf "$WORK/cache2" "$WORK/both.lock"; build "$WORK/both" x86_64,aarch64 "bench-$stamp-both" "$WORK/cache2" "$WORK/both.lock"
  row "two architectures, cold: peak memory" "$(($(field "$WORK/both" 3) / 1024))" MiB "<" 400
  row "two architectures, cold: time" "$(field "$WORK/both" 1)" s "<" 100000; rm -rf "$WORK/cache2"
fi
if [[ $what = *" resolve "* ]]; then
  ask() { # shellcheck disable=SC2046
    timed "$1" "$DRYDOCK" resolve $(toolkit x86_64) --arch x86_64 $(sources content-scale) --cache "$WORK/resolve-cache" --format json; }
  for kind in cold warm; do
    for i in $(seq "$RUNS"); do
      [ $kind = warm ] || rm -rf "$WORK/resolve-cache"
      ask "$WORK/resolve-$kind.$i"; timed "$WORK/dnf-$kind.$i" "$here/peer.sh" resolve x86_64 $kind
    done
    ours=$(for i in $(seq "$RUNS"); do field "$WORK/resolve-$kind.$i" 1; done | median); theirs=$(for i in $(seq "$RUNS"); do field "$WORK/dnf-$kind.$i" 1; done | median)
    row "resolve at the CDN's scale, $kind" "$ours" s "<=" "$([ $kind = cold ] && echo 1 || echo 0.5)" "$theirs"
    row "resolve $kind: peak memory (dnf: $(($(field "$WORK/dnf-$kind.1" 3) / 1024)) MiB)" "$(($(field "$WORK/resolve-$kind.1" 3) / 1024))" MiB "<" 400
  done
fi
if [[ $what = *" depmod "* ]]; then
  modules=$WORK/modules; judge=$(dirname "$(realpath "$DRYDOCK")")/examples/depmod-judge
  if [ ! -e "$modules/.unpacked" ]; then
    rm -rf "$modules"; mkdir -p "$modules"
    for name in kernel-core-$KERNEL kernel-modules-$KERNEL kernel-modules-extra-$KERNEL kernel-rt-core-$RT_KERNEL kernel-rt-modules-$RT_KERNEL kernel-rt-modules-extra-$RT_KERNEL; do
      find "$DIR/cdn/content/dist" -path '*/x86_64/*' -name "$name.x86_64.rpm" -print -quit | while read -r rpm; do rpm2cpio "$rpm" | (cd "$modules" && cpio -idm --quiet); done
    done; touch "$modules/.unpacked"
  fi
  # Every kernel's tables, one after another; both sides once before, so that files are in memory for both
  ours() { local k; for k in "$modules"/lib/modules/*; do "$judge" --kmod 2.4.0 "$modules" "$WORK/tables" -a "$(basename "$k")"; done; }
  theirs() { local k; for k in "$modules"/lib/modules/*; do depmod -b "$modules" -a "$(basename "$k")"; done; }
  export -f ours theirs; export modules judge WORK
  for i in $(seq 0 "$RUNS"); do for who in ours theirs; do timed "$WORK/depmod-$who.$i" bash -c $who; done; done
  row "depmod of both kernels (kmod $(depmod --version | sed -n 's/kmod version //p'))" "$(for i in $(seq "$RUNS"); do field "$WORK/depmod-ours.$i" 1; done | median)" s "<=" 0.5 \
    "$(for i in $(seq "$RUNS"); do field "$WORK/depmod-theirs.$i" 1; done | median)"
fi
echo; { printf 'what\tdrydock\tpeer\tratio\twanted\tmet\n'; cat "$rows"; } | column -t -s "$(printf '\t')"
! grep -qP '\tNO$' "$rows"
