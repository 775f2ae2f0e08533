# Every line of what bad input gets: the exit code, a message that names the thing, nothing half-written.
. "$(dirname "$0")/lib.sh"
b=$RUN/bad; rm -rf "$b"; mkdir -p "$b"; BAD=$WORLD/cdn/bad
# The smallest build, with these unless the arguments say otherwise
declare -A usual=([--arch]=x86_64 [--base]=$BASE [--cache]=$b/cache [--lock]=$b/lock [--oci]=$b/image)
build() {
  local option options=(); for option in "${!usual[@]}"; do [[ " $* " = *" $option "* ]] || options+=("$option" "${usual[$option]}"); done
  (cd "$b" && timeout 120 "$DRYDOCK" build --plain-http "$REG" --progress none "${options[@]}" "$@")
}
recipe() { printf '[image]\narches = ["x86_64"]\n[packages]\ninstall = [%s]\n%b' "$1" "${2:-}" > "$b/r.toml"; }
files=(--repo "baseos=$FILES/\$basearch/baseos/os" --repo "appstream=$FILES/\$basearch/appstream/os" --gpgkey "$GPGKEY")
bad() { build --recipe r.toml "${files[@]}" --repo "bad=file://${REPO:-$BAD/x86_64}" "$@"; }

recipe '"jq"' 'instal = []\n';            refused 2 "a recipe with an unknown key"             'instal'                      build --recipe r.toml "${files[@]}"
recipe '"jq-${nothing}"';                 refused 2 "an undefined variable"                    'nothing'                     build --recipe r.toml "${files[@]}"
recipe '"jq"';                            refused 2 "a base by tag"                            'digest|sha256'               build --recipe r.toml "${files[@]}" --base "$REG/ubi8/ubi:8.4"
                                          refused 2 "an architecture the base does not have"   's390x'                       build --recipe r.toml "${files[@]}" --arch s390x
                                          refused 5 "an unreachable registry"                  '127[.]0[.]0[.]1:9'           build --recipe r.toml "${files[@]}" --base "127.0.0.1:9/ubi@sha256:${BASE##*:}" --plain-http 127.0.0.1:9
                                          refused 5 "a base that is not there"                 'not found|unknown|404'       build --recipe r.toml "${files[@]}" --base "$REG/ubi8/ubi@sha256:$(printf '%064d' 7)"
                                          refused 5 "401 from a registry"                      '401|unauthorized|auth'       build --recipe r.toml "${files[@]}" --base "$REG_AUTH/ubi8/ubi@${BASE##*@}" --plain-http "$REG_AUTH"
                                          refused 5 "401 from a repository"                    '401'                         build --recipe r.toml --repo "x=$CDN_HTTP/unauthorized/" --gpgkey "$GPGKEY"
                                          refused 5 "403 from a repository"                    '403'                         build --recipe r.toml --repo "x=$CDN_HTTP/forbidden/" --gpgkey "$GPGKEY"
                                          refused 5 "the CDN without a client certificate"     'certificate|400|entitlement' build --recipe r.toml --repo "x=$CDN/x86_64/baseos/os" --cacert "$CA" --gpgkey "$GPGKEY"
                                          refused 5 "the CDN with an expired certificate"      'expired'                     build --recipe r.toml --repo "x=$CDN/x86_64/baseos/os" --cacert "$CA" --entitlement "$WORLD/entitlement-bad/expired.pem" --gpgkey "$GPGKEY"
                                          refused 5 "the CDN without its CA"                   'certificate|issuer|trust'    build --recipe r.toml --repo "x=$CDN/x86_64/baseos/os" --entitlement "$CERT,$KEY" --gpgkey "$GPGKEY"
cp "$CERT" "$b/alone.pem";                refused 2 "a client certificate without its key"     'key'                         build --recipe r.toml --repo "x=$CDN/x86_64/baseos/os" --cacert "$CA" --entitlement "$b/alone.pem" --gpgkey "$GPGKEY"
printf '{"auths":{"%s":{"auth":"%s"}}}' "$REG_AUTH" "$(printf drydock:sesame | base64)" > "$b/auth.json"
                                          check     "the same with the right password"         build --recipe r.toml "${files[@]}" --base "$REG_AUTH/ubi8/ubi@${BASE##*@}" --plain-http "$REG_AUTH" --authfile "$b/auth.json"
rm -rf "$b/image" "$b/lock"

# Metadata and packages that are not what they should be; each in a copy of its repository
copy() { rm -rf "$b/repo" "$b/lock"; cp -a "$BAD/x86_64" "$b/repo"; }
torn() { REPO=$b/repo bad; }
recipe '"fixture-torn"'
copy; p=$(echo "$b"/repo/repodata/*-primary.xml.gz); printf x >> "$p";                 refused 4 "a primary.xml that is not repomd's"   'primary'        torn
copy; p=$(echo "$b"/repo/Packages/f/fixture-torn-*.rpm); truncate -s -1000 "$p";       refused 4 "a truncated package"                  'fixture-torn'   torn
copy; printf 'XXXX' | dd of="$p" bs=1 seek=$(($(stat -c %s "$p") - 500)) conv=notrunc status=none; refused 4 "a corrupted payload"      'fixture-torn'   torn
copy; printf 'XXXX' | dd of="$p" bs=1 seek=5000 conv=notrunc status=none;              refused 4 "a corrupted header"                   'fixture-torn'   torn
# The same with metadata that agrees, so that only signature and header digests can tell
remake() { createrepo_c --quiet --no-database "$b/repo"; }
copy; printf 'XXXX' | dd of="$p" bs=1 seek=$(($(stat -c %s "$p") - 500)) conv=notrunc status=none; remake; refused 4 "a corrupted payload, metadata to match" 'checking fixture-torn' torn
copy; header=$(grep -abo 'Truncated or' "$p" | cut -d: -f1); printf 'XXXX' | dd of="$p" bs=1 seek="$header" conv=notrunc status=none; remake; refused 4 "a corrupted header, metadata to match" 'checking fixture-torn' torn
recipe '"fixture-stranger"';              refused 4 "a package signed by a stranger"           'fixture-stranger.*|key'      bad
                                          refused 4 "…which is named with its key"             "$(gpg --show-keys --with-colons "$WORLD/RPM-GPG-KEY-stranger" 2> /dev/null | sed -n 's/^pub:[^:]*:[^:]*:[^:]*:........\([^:]*\):.*/\1/p')" bad
recipe '"fixture-unsigned"';              refused 4 "an unsigned package"                      'fixture-unsigned'            bad
                                          check     "…which --no-gpgcheck lets in"             bad --no-gpgcheck
rm -rf "$b/image" "$b/lock"
recipe '"fixture-dots"';                  refused 4 "a path with .. in it"                     'fixture-dots'                bad
recipe '"fixture-conflict-a", "fixture-conflict-b"'; refused 3 "two packages with one path"    '/usr/share/fixture-bad/same' bad
recipe '"fixture-unsatisfiable"';         refused 3 "an unsatisfiable request"                 'nothing provides .*fixture-(nowhere|gone)'             bad
recipe '"no-such-package"';               refused 3 "a package no repository has"              'no-such-package'             bad
check "no password in what was written" bash -c '! grep -rlE "sesame|$(printf drydock:sesame | base64)" "$1" --exclude=auth.json' _ "$b"
check "no image was written by any of these" test ! -e "$b/image"
rm -f "$b/lock"
check "nothing stays in the cache half-way" same "$(find "$b/cache/temp" -type f | head -3)" ""

# A link out of the root: the file must end inside the image
recipe '"fixture-escaped"'
escape() { bad --oci "$b/escape" --lock "$b/lock2" || [ $? = 4 ]; }
check "a symlink that leads out stays inside" escape
[ ! -d "$b/escape" ] || check "…and so do its layers" "$HERE/oci_image.py" unpack "$b/escape" x86_64 "$b/escape-root"
check "nothing outside was touched" test ! -e /tmp/drydock-escaped
recipe '"jq"'

# A lock that is stale, from the future, or cut short stops the build and names the command
lock() { (cd "$b" && "$DRYDOCK" lock --recipe r.toml --arch x86_64 --base "$BASE" --plain-http "$REG" --cache "$b/cache" --lock "$b/lock" "${files[@]}" --progress none); }
check "lock" lock
cp "$b/lock" "$b/good.lock"; locked_build() { build --recipe r.toml "${files[@]}" --locked; }
recipe '"jq", "m4"';                      refused 2 "a stale lock"                             'drydock lock'                locked_build
recipe '"jq"'; sed -i 's/^version = 1/version = 99/' "$b/lock"; refused 2 "a lock from the future" '99'                      locked_build
head -c 600 "$b/good.lock" > "$b/lock";   refused 2 "a lock cut short"                         'drydock lock'                locked_build
rm "$b/lock";                             refused 2 "no lock"                                  'drydock lock'                locked_build

# No room, no permission: clear words, and the destination as it was
mkdir "$b/small"; mount -t tmpfs -o size=8M none "$b/small"
large() { build --recipe "$HERE/recipes/traits.toml" "${files[@]}" --repo "rt=$FILES/\$basearch/rt/os" "$@"; }
refused 1 "a full disk below the cache" 'space' large --cache "$b/small/cache"
check "no half file stays in it" same "$(find "$b/small/cache" -path '*/temp/*' | head -3)" ""
rm -rf "$b/small/cache"
refused 1 "a full disk below the destination" 'space' large --oci "$b/small/image"
check "nothing stays at a full destination" same "$(find "$b/small" -mindepth 1 | head -3)" ""
umount "$b/small"
mkdir "$b/ro"; mount -t tmpfs -o ro none "$b/ro"
refused 2 "a read-only destination" 'read-only' build --recipe r.toml "${files[@]}" --oci "$b/ro/image"
refused 2 "a read-only cache" 'read-only' build --recipe r.toml "${files[@]}" --cache "$b/ro/cache"
umount "$b/ro"
check "and the same build works where there is room" build --recipe r.toml "${files[@]}"
finish
