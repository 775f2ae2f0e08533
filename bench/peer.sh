#!/bin/bash
# peer.sh pipeline ARCH REPOSITORY | resolve ARCH cold|warm : what people use today, on the same servers.
#   pipeline: buildah from -> mount -> dnf --installroot over TLS -> commit -> push        resolve: dnf's answer on content-scale
set -euo pipefail; . "$(dirname "$0")/env.sh"; [ -n "${REG:-}" ] || serve up > /dev/null
bind() { mkdir -p "$1/dev" "$1/proc"; mount --bind /dev "$1/dev"; mount -t proc proc "$1/proc"; }
unbind() { umount "$1/dev" "$1/proc"; }

case $1 in
pipeline)
  arch=$2 name=$3; oci=amd64; [ "$arch" = x86_64 ] || oci=arm64
  conf=$(dnf_conf "$arch" "$CDN_HTTPS/content/dist/rhel8/8.4" /var/cache/dnf)       # below the installroot: cold every time
  buildah from -q --pull-always --arch $oci --tls-verify=false --name "$name" "docker://$REG/ubi8/ubi:8.4" > /dev/null
  root=$(buildah mount "$name"); bind "$root"; trap 'unbind "$root"' EXIT
  # shellcheck disable=SC2046 # a list
  dnf -q -c "$conf" --installroot="$root" --forcearch="$arch" --releasever="$RELEASEVER" --nodocs --best -y install $(toolkit "$arch") > "$WORK/log/dnf-$arch.log" 2>&1
  unbind "$root"; trap - EXIT; rm -rf "$root"/var/cache/dnf "$root"/var/log/dnf*
  buildah umount "$name" > /dev/null
  buildah commit -q --format oci "$name" "localhost/$name" > /dev/null
  buildah push -q --tls-verify=false "localhost/$name" "docker://$REG/$name:latest"
  buildah rm "$name" > /dev/null; buildah rmi -a -f > /dev/null 2>&1 || true ;;
resolve)
  # dnf needs of the base what resolving needs: the database and the release
  arch=$2 root=$WORK/resolve-root
  if [ "$3" = cold ]; then rm -rf "$root"; mkdir -p "$root/var/lib" "$root/etc" "$root/usr/lib"; cp -a "$DIR/base/$arch/var/lib/rpm" "$root/var/lib/"; cp -a "$DIR/base/$arch/usr/lib/os-release" "$root/usr/lib/"; fi
  conf=$(dnf_conf "$arch" "$CDN_HTTPS/content-scale/dist/rhel8/8.4" /var/cache/dnf)
  # shellcheck disable=SC2046
  dnf -c "$conf" --installroot="$root" --forcearch="$arch" --releasever="$RELEASEVER" --setopt=metadata_expire=-1 --assumeno --best install $(toolkit "$arch") > "$WORK/log/dnf-resolve.log" 2>&1 || true
  grep -q 'Operation aborted' "$WORK/log/dnf-resolve.log" || { tail -5 "$WORK/log/dnf-resolve.log"; exit 1; } ;;
esac
