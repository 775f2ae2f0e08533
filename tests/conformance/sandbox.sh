#!/bin/bash
# sandbox.sh [-n] DIR COMMAND... : run as uid 65534 without capabilities, every file system read-only but DIR, which is the working
# directory /mnt there. -n: a network namespace without interfaces. Needs root (namespaces, not containers).
set -euo pipefail
net=(); if [ "$1" = -n ]; then net=(-n); shift; fi
dir=$(cd "$1" && pwd); shift
chown -R 65534:65534 "$dir"
# shellcheck disable=SC2016 # expanded inside
exec unshare -m "${net[@]}" --propagation private bash -c '
  set -e; mount --bind "$1" /mnt; shift
  while read -r _ target type options _; do
    case $target:$type:$options in
      /mnt:*|*:proc:*|*:sysfs:*|*:devpts:*|*:devtmpfs:*|*:mqueue:*|*:cgroup*:*|*:ro,*|*:ro) ;;
      *) mount -o remount,bind,ro "$(printf "%b" "$target")" ;;
    esac
  done < /proc/self/mounts
  cd /mnt
  exec env -i PATH=/usr/bin:/bin LANG=C.UTF-8 HOME=/nonexistent ${DRYDOCK_ENV:-} setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
' sandbox "$dir" "$@"
