# Same lock, same bytes (invariant 1): another clock, zone, locale, umask, user, path, number of threads, an empty cache.
. "$(dirname "$0")/lib.sh"
need "$RUN/drydock.lock"
want=$(index_digest "$RUN/image"); n=0
again() { # WHAT COMMAND-PREFIX... -- EXTRA ARGS
  local what=$1 prefix=() at out; shift; while [ "$1" != -- ]; do prefix+=("$1"); shift; done; shift; n=$((n + 1)); out=$RUN/again$n; rm -rf "$out"
  at=$(cd "$RUN" && timeout 600 "${prefix[@]}" "$DRYDOCK" build "${TOOLKIT[@]}" --lock "$RUN/drydock.lock" --locked --oci "$out" --progress none "$@" 2>&1) || { fail "$what: exit $?"; indent "$at" 6; return; }
  check "$what" same "$(index_digest "$out")" "$want"; rm -rf "$out"
}
# The store remembers packed layers: each of these gets one that has nothing, or only what was downloaded
downloads() { rm -rf "${RUN:?}/$1"; cp -a "$RUN/cache" "$RUN/$1"; rm -rf "$RUN/$1"/facts/{layer,payload,catalog-*,tree*}; }
downloads cache-1; again "ten years later, offline" faketime -f '+10y' -- --cache cache-1 --offline
again "elsewhere: Kathmandu, Turkish, umask 077, one thread" env TZ=Asia/Kathmandu LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8 bash -c 'umask 077; exec "$@"' _ -- --cache cache-2 --jobs 1
again "eight threads" -- --cache cache-3 --jobs 8
again "an empty cache" -- --cache cold-cache
again "all of it remembered" -- --cache cache
relock() { drydock lock "${TOOLKIT[@]}" --cache cold-cache --lock again.lock --progress none && cmp "$RUN/again.lock" "$RUN/drydock.lock"; }
check "the lock itself, resolved again" relock
TOOLKIT=("${TOOLKIT[@]//in\//$RUN/in/}")
again "from another directory" env -C / -- --cache "$RUN/cache"
rm -rf "$RUN"/{cold-cache,cache-?}
finish
