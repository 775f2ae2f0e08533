# Same lock, same bytes (invariant 1): another clock, zone, locale, umask, user, path, number of threads, an empty cache.
. "$(dirname "$0")/lib.sh"
need "$RUN/drydock.lock"
want=$(index_digest "$RUN/image"); n=0
again() { # WHAT COMMAND-PREFIX... -- EXTRA ARGS
  local what=$1 prefix=() at out; shift; while [ "$1" != -- ]; do prefix+=("$1"); shift; done; shift; n=$((n + 1)); out=$RUN/again$n; rm -rf "$out"
  at=$(cd "$RUN" && timeout 600 "${prefix[@]}" "$DRYDOCK" build "${TOOLKIT[@]}" --lock "$RUN/drydock.lock" --locked --oci "$out" --progress none "$@" 2>&1) || { fail "$what: exit $?"; indent "$at" 6; return; }
  check "$what" same "$(index_digest "$out")" "$want"; rm -rf "$out"
}
again "once more" -- --cache cache
again "ten years later" faketime -f '+10y' -- --cache cache --offline
again "elsewhere: Kathmandu, Turkish, umask 077, one thread" env TZ=Asia/Kathmandu LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8 bash -c 'umask 077; exec "$@"' _ -- --cache cache --jobs 1
again "eight threads" -- --cache cache --jobs 8
again "an empty cache" -- --cache cold-cache
TOOLKIT=("${TOOLKIT[@]//in\//$RUN/in/}") again "from another directory" env -C / -- --cache "$RUN/cache"
relock() { drydock lock "${TOOLKIT[@]}" --cache cold-cache --lock again.lock --progress none && cmp "$RUN/again.lock" "$RUN/drydock.lock"; }
check "the lock itself, resolved again" relock
rm -rf "$RUN/cold-cache"
finish
