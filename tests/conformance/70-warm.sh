# A second build has nothing to send and nothing to fetch; offline opens no socket; a killed build leaves a store to go on from.
. "$(dirname "$0")/lib.sh"
need "$RUN/drydock.lock"
# The registry logs every request
uploads() { grep -cE '(POST|PATCH|PUT) /v2/[^ ]*/blobs/uploads' "$WORLD/servers/registry.log" || true; }
before=$(uploads)
check "the same build again" drydock build "${TOOLKIT[@]}" --cache cache --lock drydock.lock --locked --tag "$IMAGE" --push --progress none
check "no blob was uploaded" same "$(uploads)" "$before"
offline() { "$HERE/sandbox.sh" -n "$RUN" timeout 300 bin/drydock build "${TOOLKIT[@]}" --cache cache --lock drydock.lock --locked --offline --oci offline --progress none; }
check "a namespace without interfaces is one" "$HERE/sandbox.sh" -n "$RUN" sh -c '[ "$(grep -c : /proc/net/dev)" = 1 ] && ! curl -sf --max-time 2 "$0"' "$CDN_HTTP/"
check "offline in it" offline
check "the same digest" same "$(index_digest "$RUN/offline")" "$(index_digest "$RUN/image")"
refused 6 "offline with an empty cache" 'offline' drydock build "${TOOLKIT[@]}" --cache empty-cache --lock drydock.lock --locked --offline --oci nothing --progress none
check "which wrote nothing" test ! -e "$RUN/nothing"
cold() { drydock build "${TOOLKIT[@]}" --cache "$1" --lock drydock.lock --locked --oci killed --progress none; }
start=${EPOCHREALTIME/./}; check "a cold build, for its time" cold timed-cache; took=$((${EPOCHREALTIME/./} - start)); rm -rf "$RUN/timed-cache" "$RUN/killed"
interrupted=0
for percent in 10 20 30 40 50 60 70 80 90; do
  killed() {
    rm -rf "$RUN/killed"
    (cd "$RUN" && exec "$DRYDOCK" build "${TOOLKIT[@]}" --cache "killed-cache-$percent" --lock drydock.lock --locked --oci killed --progress none > /dev/null 2>&1) & pid=$!
    sleep "$(awk "BEGIN { print $took * $percent / 1e8 }")"; kill -KILL $pid 2> /dev/null
    { wait $pid; } 2> /dev/null; [ $? != 137 ] || interrupted=$((interrupted + 1))
    [ ! -e "$RUN/killed" ] || same "$(index_digest "$RUN/killed")" "$(index_digest "$RUN/image")"
  }
  goes_on() { cold "killed-cache-$percent" && same "$(index_digest "$RUN/killed")" "$(index_digest "$RUN/image")"; }
  if killed; then ok "killed after $percent %: the destination is untouched or complete"; else fail "killed after $percent %: a destination that is neither untouched nor complete"; fi
  check "…and the next run goes on, to the same digest" goes_on
  check "…and leaves nothing half-way" same "$(find "$RUN/killed-cache-$percent"/{temp,partial} -type f | head -3; find "$RUN" -maxdepth 1 -name '*killed*' ! -name killed ! -name 'killed-cache-*')" ""
  rm -rf "$RUN/killed-cache-$percent"
done
check "most of these were killed at their work" test "$interrupted" -ge 5
rm -rf "$RUN/killed" "$RUN/offline"
finish
