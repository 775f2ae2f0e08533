# Other tools take the image: inspected, copied whole, read back by digest; every document is what the specification says.
. "$(dirname "$0")/lib.sh"
need "$RUN/image/index.json"
image=docker://$IMAGE; d=$RUN/accept; rm -rf "$d"; mkdir "$d"
raw() { skopeo inspect --raw --tls-verify=false "$1"; }
check "skopeo inspect --raw: an OCI index" bash -c 'jq -e ".schemaVersion == 2 and .mediaType == \"application/vnd.oci.image.index.v1+json\"" <<< "$1"' _ "$(raw "$image")"
check "its platforms" same "$(raw "$image" | jq -r '[.manifests[].platform | "\(.os)/\(.architecture)"] | sort | join(" ")')" "linux/amd64 linux/arm64"
check "skopeo copy --all registry to directory" skopeo copy -q --all --src-tls-verify=false "$image" "dir:$d/dir"
check "skopeo copy --all registry to OCI layout" skopeo copy -q --all --src-tls-verify=false "$image" "oci:$d/oci:x"
check "skopeo copy --all OCI layout to registry" skopeo copy -q --all --dest-tls-verify=false "oci:$RUN/image" "docker://${IMAGE%:*}-again:x"
check "the same digest after the trip" same "$(raw "docker://${IMAGE%:*}-again:x" | sha256sum)" "$(raw "$image" | sha256sum)"
for a in amd64 arm64; do
  config=$(skopeo inspect --config --raw --override-arch $a --tls-verify=false "$image")
  layers=$(skopeo inspect --override-arch $a --tls-verify=false "$image" | jq '.Layers | length')
  check "$a: config names the platform" jq -e --arg a $a '.os == "linux" and .architecture == $a' <<< "$config"
  check "$a: as many diff_ids as layers" same "$(jq '.rootfs.diff_ids | length' <<< "$config")" "$layers"
  check "$a: as many layers in the history" same "$(jq '[.history[] | select(.empty_layer | not)] | length' <<< "$config")" "$layers"
  check "$a: created is the epoch of the lock" same "$(date -ud "$(jq -r .created <<< "$config")" +%s)" "$(sed -n 's/^epoch = //p' "$RUN/drydock.lock")"
  check "$a: the base's environment is kept" jq -e '.config.Env | index("container=oci")' <<< "$config"
done
base=$(raw "docker://$BASE" | jq -r '.manifests[0].digest'); mine=$(raw "$image" | jq -r '.manifests[0].digest')
check "the base's layers are taken over as they are" same "$(raw "docker://${IMAGE%:*}@$mine" | jq -c '.layers[0:2] | map(.digest)')" "$(raw "docker://$REG/ubi8/ubi@$base" | jq -c '.layers | map(.digest)')"
check "annotations name the base" bash -c 'grep -q org.opencontainers.image.base.digest <<< "$1"' _ "$(raw "docker://${IMAGE%:*}@$mine")$(raw "$image")"
archive() { drydock build "${TOOLKIT[@]}" --cache cache --lock drydock.lock --locked --archive accept/image.tar --progress none && skopeo copy -q --all "oci-archive:$d/image.tar" "oci:$d/from-archive:x" && same "$(index_digest "$d/from-archive")" "$(index_digest "$RUN/image")"; }
check "--archive: skopeo reads it, same digest" archive
check "drydock push of the layout" drydock push oci:image "${IMAGE%:*}-pushed:x" --plain-http "$REG"
check "drydock inspect" drydock inspect oci:image
finish
