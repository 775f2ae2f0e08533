# A base whose package database is Berkeley DB, as RHEL 8's is: libdb makes it, drydock extends it, libdb's tools and rpm judge
# it, libdb goes on in it.
. "$(dirname "$0")/lib.sh"; . "$HERE/berkeley.sh"
b=$RUN/berkeley; rm -rf "$b"; mkdir -p "$b/root/etc" "$b/root/var/lib/rpm" "$b/sqlite"
INDEXES="Basenames Conflictname Dirnames Enhancename Filetriggername Group Installtid Name Obsoletename Providename Recommendname Requirename Sha1header Sigmd5 Suggestname Supplementname Transfiletriggername Triggername"

# The base: the usual one's packages, by libdb, with gaps in the numbers and the last number higher than any
cp "$WORLD"/base/x86_64/upper/var/lib/rpm/rpmdb.sqlite* "$b/sqlite"
check "libdb makes the base's Packages" libdb "$b/sqlite/rpmdb.sqlite" "$b/root/var/lib/rpm/Packages"
printf 'ID="rhel"\nVERSION_ID="8.4"\n' > "$b/root/etc/os-release"; head -c 8192 /dev/zero > "$b/root/var/lib/rpm/__db.001"
mkdir -p "$b/root/usr/lib64" "$b/root/usr/bin"; ln -s usr/bin "$b/root/bin"; ln -s usr/lib64 "$b/root/lib64"
check "the base image" "$HERE/oci_image.py" pack "$b/oci" base "x86_64=$b/root"
base=$REG/${RUN_ID:-run}/berkeley
check "the base in the registry" skopeo copy -q --all --dest-tls-verify=false "oci:$b/oci:base" "docker://$base:base"
base=$base@sha256:$(skopeo inspect --raw --tls-verify=false "docker://$base:base" | sha256sum | cut -d' ' -f1)

# NAME [ARGUMENT...] : an image of the base and jq
build() {
  local name=$1; shift
  drydock build --recipe "$b/r.toml" --base "$base" --plain-http "$REG" --cache "$b/cache" --lock "$b/lock" --oci "$b/$name" --progress none \
    --repo "baseos=$FILES/\$basearch/baseos/os" --repo "appstream=$FILES/\$basearch/appstream/os" --gpgkey "$GPGKEY" "$@"
}
printf '[image]\narches = ["x86_64"]\n[packages]\ninstall = ["jq"]\n' > "$b/r.toml"
check "build" build image
need "$b/image/index.json"
check "the same once more" build again
check "two builds, one digest" same "$(index_digest "$b/image")" "$(index_digest "$b/again")"
check "unpacks" "$HERE/oci_image.py" unpack "$b/image" x86_64 "$b/new"
db=$b/new/var/lib/rpm

check "Packages and the 18 indexes, and nothing another process shares" \
  same "$(cd "$db" && find . -type f -printf '%f\n' | LC_ALL=C sort | xargs)" "$(LC_ALL=C sort <<< "${INDEXES// /$'\n'}"$'\n'Packages | xargs)"
verify() { local f; for f in "$db"/*; do db5.3_verify "$f" || return 1; done; }
check "db5.3_verify" verify
check "db5.3_stat counts the packages and the highest number" same "$(db5.3_stat -d "$db/Packages" | sed -n 's/\tNumber of keys.*//p')" "$((1 + $(rpm --dbpath "$b/sqlite" -qa | wc -l) + $(LOCK=$b/lock locked x86_64 nevra | wc -l)))"

# The indexes against rpm's own rows for the same packages, and numbers kept
rows() {
  python3 - "$db" "$b/sqlite/rpmdb.sqlite" <<'P'
import sqlite3, struct, subprocess, sys
directory, sqlite = sys.argv[1:]
def dump(name):
    lines = subprocess.run(["db5.3_dump", f"{directory}/{name}"], capture_output=True, text=True, check=True).stdout.split("HEADER=END\n")[1].split()
    return {bytes.fromhex(k): bytes.fromhex(v) for k, v in zip(lines[:-1:2], lines[1:-1:2])}
packages = {struct.unpack("<I", k)[0]: v for k, v in dump("Packages").items()}
rpms = sqlite3.connect(sqlite)
old = {3 * n: blob for n, blob in rpms.execute("select hnum, blob from Packages")}
new = sorted(packages.keys() - old.keys() - {0})
assert all(packages.get(n) == blob for n, blob in old.items()), "a package of the base changed"
assert new and new == list(range(1001, 1001 + len(new))), new
assert struct.unpack("<I", packages[0])[0] == new[-1], "the highest number"
for (table,) in rpms.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite%' and name != 'Packages'").fetchall():
    wanted = {}
    for key, number, element in rpms.execute(f"select cast(key as blob), hnum, idx from '{table}'"):
        wanted.setdefault(key or b"\0", set()).add((3 * number, element))
    found = {}
    for key, value in dump(table).items():
        records = [r for r in struct.iter_unpack("<II", value)]
        if mine := {r for r in records if r[0] <= 1000}:
            found[key] = mine
    assert found == wanted, f"{table}: {set(found) ^ set(wanted)}"
print(len(old), "packages of the base,", len(new), "new")
P
}
check "numbers and headers of the base are kept, indexes hold rpm's own rows" rows

# rpm's reader of Berkeley DB, against its sqlite of the same packages
ask() { rpm --root "$b/new" --define '_db_backend bdb_ro' "$@"; }
check "rpm -qa is the base and the locked packages" diff <(ask -qa --qf '%{NAME}-%{EPOCHNUM}:%{VERSION}-%{RELEASE}.%{ARCH}\n' | sed 's/-0:/-/; s/[.](none)$//' | LC_ALL=C sort) \
  <({ rpm --dbpath "$b/sqlite" -qa --qf '%{NAME}-%{EPOCHNUM}:%{VERSION}-%{RELEASE}.%{ARCH}\n' | sed 's/-0:/-/; s/[.](none)$//'; LOCK=$b/lock locked x86_64 nevra; } | LC_ALL=C sort)
check "rpm -q by name" ask -q jq bash
check "rpm -qf" bash -c '[ "$("$@" | sort -u)" = jq ]' _ rpm --root "$b/new" --define '_db_backend bdb_ro' -qf --qf '%{NAME}\n' /usr/bin/jq
for query in --whatrequires --whatprovides; do
  check "rpm -q $query" diff <(ask -q $query /bin/sh | grep -v ^jq- | sort) <(rpm --dbpath "$b/sqlite" -q $query /bin/sh | sort)
done
check "rpm -V" ask -V --nodeps jq

# libdb goes on: thousands of keys in, all found, and out again
more() {
  { echo $'VERSION=3\nformat=bytevalue\ntype='"$2"$'\nHEADER=END'; seq -f ' %08.0f' 10000001 10004000 | awk '{ print; print " 0a0b0c0d0e0f1011" }'; echo DATA=END; } | db5.3_load "$b/on/$1" &&
    [ "$(db5.3_dump "$b/on/$1" | sed '1,/HEADER=END/d;/DATA=END/d' | wc -l)" = $(($(db5.3_dump "$db/$1" | sed '1,/HEADER=END/d;/DATA=END/d' | wc -l) + 8000)) ] && db5.3_verify "$b/on/$1"
}
cp -r "$db" "$b/on"
check "libdb adds 4000 keys to Packages" more Packages hash
for index in Basenames Requirename Enhancename; do check "libdb adds 4000 keys to $index" more $index btree; done
check "what was there is still found" bash -c 'rpm --define "_db_backend bdb_ro" --dbpath "$1" -q jq bash' _ "$b/on"
finish
