# Base images under signature policies: skopeo signs and judges, drydock has to come to the same verdict.
. "$(dirname "$0")/lib.sh"
command -v skopeo > /dev/null && command -v gpg > /dev/null || { skip "skopeo and gpg are not here"; finish; }
export GNUPGHOME=$RUN/gnupg-images; mkdir -p "$GNUPGHOME"; chmod 700 "$GNUPGHOME"
signed=$RUN/images; configs=$HOME/.config/containers/registries.d; rm -rf "$HOME/.config/containers"; mkdir -p "$signed" "$configs"
printf 'docker:\n  %s:\n    sigstore: file://%s\n    use-sigstore-attachments: true\n' "$REG" "$signed/lookaside" > "$configs/world.yaml"
for who in good other; do
  gpg --batch --quiet --passphrase '' --pinentry-mode loopback --quick-gen-key "$who <$who@example.org>" rsa2048 sign 0 2> /dev/null
  gpg --armor --export "$who@example.org" > "$signed/$who.asc"
  openssl ecparam -genkey -name prime256v1 -noout -out "$signed/$who.key" && openssl ec -in "$signed/$who.key" -pubout -out "$signed/$who.pub" 2> /dev/null
done
copy() { skopeo --registries.d "$configs" copy -q --all --src-tls-verify=false --dest-tls-verify=false "$@"; }
check "skopeo signs an image" copy --sign-by good@example.org "docker://$BASE" "docker://$REG/signed/simple:1"
check "an image without a signature" copy --remove-signatures "docker://$BASE" "docker://$REG/signed/none:1"
check "one that will have cosign's" copy --remove-signatures "docker://$BASE" "docker://$REG/signed/cosign:1"
digest=${BASE##*@}
# attach REPOSITORY DIGEST KEY IDENTITY : what cosign puts beside an image, made with openssl
attach() {
  local dir=$signed/attach manifest payload; mkdir -p "$dir"
  printf '{"critical":{"identity":{"docker-reference":"%s"},"image":{"docker-manifest-digest":"%s"},"type":"cosign container image signature"},"optional":null}' "$4" "$2" > "$dir/payload"
  openssl dgst -sha256 -sign "$signed/$3.key" "$dir/payload" | base64 -w0 > "$dir/signature"
  printf '{}' > "$dir/config"
  put() { local sum where; sum=sha256:$(sha256sum < "$2" | cut -d' ' -f1); where=$(curl -sD - -o /dev/null -X POST "http://$REG/v2/$1/blobs/uploads/" | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
    curl -s -o /dev/null -X PUT -H 'Content-Type: application/octet-stream' --data-binary "@$2" "$where&digest=$sum"; echo "$sum"; }
  payload=$(put "$1" "$dir/payload")
  manifest=$(jq -n --arg c "$(put "$1" "$dir/config")" --arg p "$payload" --argjson n "$(stat -c %s "$dir/payload")" --rawfile s "$dir/signature" '{schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: {mediaType: "application/vnd.oci.image.config.v1+json", size: 2, digest: $c},
    layers: [{mediaType: "application/vnd.dev.cosign.simplesigning.v1+json", size: $n, digest: $p, annotations: {"dev.cosignproject.cosign/signature": $s}}]}')
  curl -sf -o /dev/null -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' -d "$manifest" "http://$REG/v2/$1/manifests/${2/:/-}.sig"
}
amd64=$(skopeo inspect --raw --tls-verify=false "docker://$REG/signed/cosign@$digest" | jq -r '.manifests[] | select(.platform.architecture == "amd64").digest')
check "cosign's signature" attach signed/cosign "$amd64" good "$REG/signed/cosign"
policy() { printf '{"default":[{"type":"reject"}],"transports":{"docker":{"%s":[%s]}}}' "$REG" "$1" > "$RUN/policy.json"; }
simple() { printf '{"type":"signedBy","keyType":"GPGKeys","keyPath":"%s/%s.asc","signedIdentity":{"type":"%s"}}' "$signed" "$1" "${2:-matchRepoDigestOrExact}"; }
sigstore() { printf '{"type":"sigstoreSigned","keyPath":"%s/%s.pub","signedIdentity":{"type":"%s"}}' "$signed" "$1" "${2:-matchRepository}"; }
ours() { # IMAGE : yes or no
  local out; out=$(drydock resolve bash --arch x86_64 --base "$1" --repo "baseos=$FILES/x86_64/baseos/os" --plain-http "$REG" --policy "$RUN/policy.json" --cache "$RUN/cache-images" --progress none 2>&1) && { echo yes; return; }
  if grep -q 'signature policy' <<< "$out"; then echo no; else echo "$out"; fi
}
theirs() { rm -rf "$signed/dir"; if skopeo --registries.d "$configs" --policy "$RUN/policy.json" --override-arch amd64 --override-os linux copy -q --src-tls-verify=false "docker://$1" "dir:$signed/dir" > "$signed/skopeo.out" 2>&1; then echo yes; else echo no; fi; }
# judged WHAT IMAGE REQUIREMENT WANTED
judged() {
  local a b; policy "$3"; a=$(ours "$2"); b=$(theirs "$2")
  # Debian builds skopeo without sigstore: there the image's maker is the judge
  if grep -q 'sigstore disabled' "$signed/skopeo.out"; then b=$4; fi
  if [ "$a" = "$b" ] && [ "$a" = "$4" ]; then ok "$1: $4"; else fail "$1: drydock says $a, skopeo $b"; tail -2 "$signed/skopeo.out" | sed 's/^/       /'; fi
}
judged "simple signing, the right key" "$REG/signed/simple@$digest" "$(simple good)" yes
judged "simple signing, another key" "$REG/signed/simple@$digest" "$(simple other)" no
judged "simple signing, both keys wanted" "$REG/signed/simple@$digest" "$(simple good),$(simple other)" no
judged "simple signing by tag" "$REG/signed/simple:1" "$(simple good)" yes
judged "simple signing, another name" "$REG/signed/none@$digest" "$(simple good)" no
judged "cosign, the right key" "$REG/signed/cosign@$digest" "$(sigstore good)" yes
judged "cosign, another key" "$REG/signed/cosign@$digest" "$(sigstore other)" no
judged "cosign, by tag with an exact name" "$REG/signed/cosign:1" "$(sigstore good matchRepoDigestOrExact)" no
judged "cosign, no signature" "$REG/signed/none@$digest" "$(sigstore good)" no
judged "both kinds wanted" "$REG/signed/cosign@$digest" "$(sigstore good),$(simple good)" no
judged "nothing wanted" "$REG/signed/none@$digest" '{"type":"insecureAcceptAnything"}' yes
judged "nothing taken" "$REG/signed/none@$digest" '{"type":"reject"}' no
rm -rf "$HOME/.config/containers"; gpgconf --kill all 2> /dev/null
finish
