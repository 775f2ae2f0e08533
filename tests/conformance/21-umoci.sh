# A second unpacker, written by others. It reads gzip layers only, so skopeo repacks the base's zstd layer first.
. "$(dirname "$0")/lib.sh"
need "$RUN/image/index.json"
for arch in x86_64:amd64 aarch64:arm64; do
  oci=${arch#*:} arch=${arch%:*}; rm -rf "$RUN/umoci" "$RUN/umoci-bundle"
  check "$arch: skopeo repacks the layers" skopeo copy -q --override-arch "$oci" --dest-compress --dest-compress-format gzip "oci:$RUN/image" "oci:$RUN/umoci:x"
  check "$arch: umoci unpack" umoci unpack --image "$RUN/umoci:x" "$RUN/umoci-bundle"
  check "$arch: the same tree as from our unpacker" "$HERE/treecmp.py" diff "$RUN/umoci-bundle/rootfs" "$RUN/roots/$arch"
done
finish
