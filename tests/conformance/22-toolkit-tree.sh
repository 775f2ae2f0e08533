# The toolkit's file tree against dnf's: the same base, the same packages. On x86_64 dnf runs every scriptlet in a chroot; for aarch64,
# whose programs do not run here, scriptlets are off on both sides, and what ours leave there is compared with what they leave on x86_64.
. "$(dirname "$0")/lib.sh"; . "$HERE/reference.sh"
need "$RUN/drydock.lock"
SCRIPTLETS=run LOCK=$RUN/drydock.lock reference x86_64 "$RUN/roots/x86_64" "$RUN/reference/x86_64" "$HERE/exceptions/toolkit" "$HERE/exceptions/toolkit.scriptlets"
check "nothing is left to a scriptlet that did not run" jq -e '[.arches[].scriptlets[] | select(.outcome != "applied" and .outcome != "not-needed")] == []' "$RUN/report.json"

check "the same without scriptlets" drydock build "${TOOLKIT[@]}" --cache cache --lock drydock.lock --locked --scriptlets skip --oci bare --report bare.json --progress none
for arch in x86_64 aarch64; do check "$arch: unpacks" "$HERE/oci_image.py" unpack "$RUN/bare" $arch "$RUN/roots/bare-$arch"; done
LOCK=$RUN/drydock.lock reference aarch64 "$RUN/roots/bare-aarch64" "$RUN/reference/aarch64" "$HERE/exceptions/toolkit"
check "aarch64: scriptlets leave what they leave on x86_64" diff <(effects "$RUN/roots" x86_64 | grep -vE 'rt7|kernel-rt') <(effects "$RUN/roots" aarch64)
finish
