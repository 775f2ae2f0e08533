# The toolkit on a base whose package database is Berkeley DB, scriptlets and all: the same tree as on the usual base, and a database that
# libdb's tools and rpm find sound.
. "$(dirname "$0")/lib.sh"; . "$HERE/berkeley.sh"
need "$RUN/roots/x86_64/var/lib/rpm/rpmdb.sqlite"
b=$RUN/berkeley-toolkit; rm -rf "$b"; mkdir -p "$b"
cp -a "$WORLD/base/x86_64/upper" "$b/root"; mkdir "$b/sqlite"; mv "$b"/root/var/lib/rpm/rpmdb.sqlite* "$b/sqlite"
check "libdb makes the base's Packages" libdb "$b/sqlite/rpmdb.sqlite" "$b/root/var/lib/rpm/Packages"
check "the base image" "$HERE/oci_image.py" pack "$b/oci" base "x86_64=$b/root"
base=$REG/${RUN_ID:-run}/berkeley-toolkit
check "the base in the registry" skopeo copy -q --all --dest-tls-verify=false "oci:$b/oci:base" "docker://$base:base"
base=$base@sha256:$(skopeo inspect --raw --tls-verify=false "docker://$base:base" | sha256sum | cut -d' ' -f1)
build() { # NAME
  drydock build --recipe driver-toolkit --kernel "$KERNEL" --cdn "$CDN_HTTPS" --entitlement in/cert.pem,in/key.pem --cacert in/ca.pem --gpgkey in/gpgkey \
    --plain-http "$REG" --base "$base" --arch x86_64 --cache "$b/cache" --lock "$b/lock" --oci "$b/$1" --report "$b/$1.json" --strict-scriptlets --progress none
}
check "build" build image
need "$b/image/index.json"
check "nothing is left to a scriptlet that did not run" jq -e '[.arches[].scriptlets[] | select(.outcome != "applied" and .outcome != "not-needed")] == []' "$b/image.json"
check "the same once more" build again
check "two builds, one digest" same "$(index_digest "$b/image")" "$(index_digest "$b/again")"
check "unpacks" "$HERE/oci_image.py" unpack "$b/image" x86_64 "$b/new"
db=$b/new/var/lib/rpm
verify() { local f; for f in "$db"/*; do db5.3_verify "$f" || return 1; done; }
check "db5.3_verify of every file" verify
ask() { local root=$1; shift; case $root in "$b"/*) rpm --root "$root" --define '_db_backend bdb_ro' "$@" ;; *) rpm --root "$root" "$@" ;; esac; }
every() { ask "$1" -qa --qf '%{NEVRA} %{INSTALLTIME} %{PAYLOADDIGEST} [%{FILESTATES}] [%{BASENAMES} ][%{FILEUSERNAME} ]\n' | LC_ALL=C sort; }
check "rpm -qa says what it says of the sqlite database" diff <(every "$b/new") <(every "$RUN/roots/x86_64")
check "rpm -Va, too" diff <(ask "$b/new" -Va | LC_ALL=C sort) <(ask "$RUN/roots/x86_64" -Va | LC_ALL=C sort)
printf '%s\n' '/var/lib/rpm/* all # the database itself' > "$b/exceptions"
check "the tree is the one on the usual base" "$HERE/treecmp.py" diff --ignore mtime "$b/new" "$RUN/roots/x86_64" "$b/exceptions"
finish
