# A second build has nothing to send and nothing to fetch; offline opens no socket; a killed build leaves a store to go on from.
. "$(dirname "$0")/lib.sh"
need "$RUN/drydock.lock"
# The registry logs every request
uploads() { grep -cE '(POST|PATCH|PUT) /v2/[^ ]*/blobs/uploads' "$WORLD/servers/registry.log" || true; }
before=$(uploads)
check "the same build again" drydock build "${TOOLKIT[@]}" --cache cache --lock drydock.lock --locked --tag "$IMAGE" --push --progress none
check "no blob was uploaded" same "$(uploads)" "$before"
offline() { "$HERE/sandbox.sh" -n "$RUN" timeout 300 bin/drydock build "${TOOLKIT[@]}" --cache cache --lock drydock.lock --locked --offline --oci offline --progress none; }
check "offline in a namespace without interfaces" offline
check "the same digest" same "$(index_digest "$RUN/offline")" "$(index_digest "$RUN/image")"
refused 6 "offline with an empty cache" 'offline' drydock build "${TOOLKIT[@]}" --cache empty-cache --lock drydock.lock --locked --offline --oci nothing --progress none
check "which wrote nothing" test ! -e "$RUN/nothing"
for after in 0.3 1 2; do
  killed() {
    (cd "$RUN" && exec timeout -s KILL "$after" "$DRYDOCK" build "${TOOLKIT[@]}" --cache killed-cache --lock drydock.lock --locked --oci killed --progress none > /dev/null 2>&1)
    [ ! -e "$RUN/killed" ] || [ "$(index_digest "$RUN/killed")" = "$(index_digest "$RUN/image")" ]
  }
  check "killed after $after s: the destination is untouched or complete" killed
done
check "the next run goes on" drydock build "${TOOLKIT[@]}" --cache killed-cache --lock drydock.lock --locked --oci killed --progress none
check "to the same digest" same "$(index_digest "$RUN/killed")" "$(index_digest "$RUN/image")"
check "and leaves nothing half-way" same "$(find "$RUN/killed-cache" "$RUN/killed" -name '*.tmp*' | head -3)" ""
rm -rf "$RUN/killed-cache" "$RUN/killed" "$RUN/offline"
finish
