# The main job as CI systems allow it: no user, no capability, one writable directory; both architectures, base from a registry,
# packages over mutual TLS, into the registry and an OCI layout at once.
. "$(dirname "$0")/lib.sh"
# The sandbox is what it says: so passes nothing for want of walls
confined() {
  same "$("$HERE/sandbox.sh" "$RUN" sh -c 'id -u; id -G; sed -n "s/^Cap\(Eff\|Prm\|Bnd\|Inh\|Amb\):[\t0]*//p" /proc/self/status | tr -d "\n"
    for f in /etc /tmp /var/tmp /root /dev/shm "$HOME"; do (: > $f/drydock-was-here) 2> /dev/null && echo "wrote $f"; done; : > here && rm here && echo wrote')" $'65534\n65534\nwrote'
}
check "the sandbox: no user, no capability, one writable directory" confined
build() {
  "$HERE/sandbox.sh" "$RUN" timeout 600 bin/drydock build "${TOOLKIT[@]}" --cache cache --lock drydock.lock --oci image --tag "$IMAGE" --push \
    --report report.json --progress none --format json > "$RUN/out.json"
}
check "driver-toolkit for x86_64 and aarch64 as uid 65534, read-only root" build
need "$RUN/image/index.json"
check "the result is JSON" jq -e . "$RUN/out.json"
check "the report is JSON" jq -e . "$RUN/report.json"
check "the lock is there" test -s "$RUN/drydock.lock"
check "the registry and the layout have the same index" same "sha256:$(skopeo inspect --raw --tls-verify=false "docker://$IMAGE" | sha256sum | cut -d' ' -f1)" "$(index_digest "$RUN/image")"
check "the digest stands in the result" grep -q "$(index_digest "$RUN/image")" "$RUN/out.json"
check "no secret in what was written" bash -c '! grep -rlF "$(sed -n 2p "$1/in/key.pem")" "$1" --exclude-dir=in' _ "$RUN"
check "nothing left beside the results" same "$(cd "$RUN" && find . -maxdepth 1 -name '.*' ! -name . | head -3)" ""
finish
