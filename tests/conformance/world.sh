#!/bin/bash
# world.sh up|down DIR : everything conformance runs against: the fixture corpus, its servers, and a two-layer base image in the registry.
# Names in DIR/env.sh. The second `up` only starts what is down.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); cmd=$1; dir=$(mkdir -p "$2" && cd "$2" && pwd)
if [ "$cmd" = down ]; then exec "$here/serve.sh" down "$dir"; fi

[ -e "$dir/.corpus" ] || { "$here/../../fixtures/specs/build.sh" "$dir"; touch "$dir/.corpus"; }
"$here/serve.sh" up "$dir"
. "$here/lib.sh"
# shellcheck source=/dev/null
. "$dir/servers.env"

base_packages="filesystem setup basesystem redhat-release bash coreutils glibc glibc-common libgcc grep sed gawk findutils tar gzip bzip2 rpm pam tzdata libcap ca-certificates \
systemd dbus shadow-utils util-linux kernel-abi-whitelists openssl-libs-1:1.1.1g fixture-base-data-1"

base_root() { # ARCH -> DIR/base/ARCH/{lower,upper}
  local lower=$dir/base/$1/lower upper=$dir/base/$1/upper
  rm -rf "$dir/base/$1"; mkdir -p "$lower"
  # shellcheck disable=SC2086 # a list of names
  dnf_root "$1" "$lower" "file://$dir/cdn/content/dist/rhel8/8.4" --setopt=obsoletes=0 install $base_packages
  rpm --root "$lower" --import "$dir/RPM-GPG-KEY-fixture"          # a gpg-pubkey header, which every UBI database has
  mkdir -p "$lower"/usr/share/leftover/deep "$lower"/var/cache/fixture/old
  echo gone > "$lower/usr/share/leftover/deep/file"; echo hidden > "$lower/var/cache/fixture/old/file"; echo file > "$lower/usr/share/file-to-directory"
  cp -a "$lower" "$upper"
  dnf_root "$1" "$upper" "file://$dir/cdn/content/dist/rhel8/8.4" install chkconfig          # the database is in both layers
  rm -r "$upper/usr/share/leftover" "$upper/var/cache/fixture/old"                             # a whiteout, an opaque directory
  touch "$upper/var/cache/fixture/.opaque"; echo new > "$upper/var/cache/fixture/new"
  rm "$upper/usr/share/file-to-directory"; mkdir "$upper/usr/share/file-to-directory"; echo inside > "$upper/usr/share/file-to-directory/file"
  for f in edited-noreplace edited-replace removed; do echo "edited in the base" > "$upper/etc/fixture/$f.conf"; done
  echo same > "$upper/etc/fixture/edited-but-same.conf"
  # The real programs of this one find their libraries, which lie in a directory of their own
  ldconfig -r "$upper"; rm -f "$upper/var/cache/ldconfig/aux-cache"
}

if [ ! -e "$dir/.base" ]; then
  for arch in x86_64 aarch64; do base_root $arch; done
  python3 "$here/oci_image.py" pack "$dir/base/oci" 8.4 "x86_64=$dir/base/x86_64/lower,$dir/base/x86_64/upper" "aarch64=$dir/base/aarch64/lower,$dir/base/aarch64/upper"
  for arch in x86_64 aarch64; do      # upper stays, as the image unpacks: what the references start from
    rm -rf "$dir/base/$arch/lower"; "$here/oci_image.py" unpack "$dir/base/oci" $arch "$dir/base/$arch/upper"; done
  skopeo copy -q --all --dest-tls-verify=false "oci:$dir/base/oci:8.4" "docker://$REG/ubi8/ubi:8.4"
  skopeo inspect --raw --tls-verify=false "docker://$REG/ubi8/ubi:8.4" | sha256sum | cut -d' ' -f1 > "$dir/.base"
fi

{ cat "$dir/servers.env"
  cat <<N
BASE=$REG/ubi8/ubi@sha256:$(cat "$dir/.base")
CDN=$CDN_HTTPS/content/dist/rhel8/8.4
GPGKEY=$dir/RPM-GPG-KEY-fixture
RELEASEVER=8.4
KERNEL=4.18.0-305.40.1.el8_4
RT_KERNEL=4.18.0-305.40.1.rt7.112.el8_4
N
} > "$dir/env.sh"
echo "world in $dir"
