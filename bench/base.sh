#!/bin/bash
# base.sh : the UBI-like base of both architectures in $DIR/base, and in the registry as ubi8/ubi:8.4.
# Foreign scriptlets do not run here, so aarch64 goes without; the peers measured are x86_64.
set -euo pipefail; here=$(cd "$(dirname "$0")" && pwd); . "$here/env.sh"; [ -n "${REG:-}" ] || serve up
for arch in x86_64 aarch64; do
  root=$DIR/base/$arch flags=nodocs; [ $arch = x86_64 ] || flags=nodocs,noscripts
  rm -rf "$root"; mkdir -p "$root/dev" "$root/proc"
  conf=$(dnf_conf $arch "file://$DIR/cdn/content/dist/rhel8/8.4" /var/cache/dnf)
  mount --bind /dev "$root/dev"; mount -t proc proc "$root/proc"; trap 'umount "$root/dev" "$root/proc"' EXIT
  # shellcheck disable=SC2154,SC2086 # env.sh's list
  dnf -q -c "$conf" --installroot="$root" --forcearch=$arch --releasever="$RELEASEVER" --setopt=tsflags=$flags install $base_packages > "$WORK/log/base-$arch.log" 2>&1 || { tail -20 "$WORK/log/base-$arch.log"; exit 1; }
  umount "$root/dev" "$root/proc"; trap - EXIT
  rm -rf "$root"/var/cache/dnf "$root"/var/log/dnf* "$root"/var/log/hawkey* "$root"/var/lib/dnf; find "$root/dev" -mindepth 1 -delete
  rpm --root "$root" --import "$(gpgkey)"
  echo "$arch: $(rpm --root "$root" -qa | wc -l) packages in the base"
done
"$REPO/tests/conformance/oci_image.py" pack "$WORK/base" 8.4 "x86_64=$DIR/base/x86_64" "aarch64=$DIR/base/aarch64"
skopeo copy -q --all --dest-tls-verify=false "oci:$WORK/base:8.4" "docker://$REG/ubi8/ubi:8.4"; rm -rf "$WORK/base"
