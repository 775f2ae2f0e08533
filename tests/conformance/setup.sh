#!/bin/bash
# setup.sh : install what .ci/run needs on a bare Debian 12: a C compiler, rpm's and dnf's own tools, the peers that read images, servers.
set -euo pipefail
packages="rpm dnf python3-dnf createrepo-c skopeo umoci docker-registry nginx-light apache2-utils openssl gnupg gnupg1 jq zstd xz-utils bzip2
sqlite3 db5.3-util kmod passwd systemd p11-kit attr xxd faketime curl ca-certificates python3 git gcc g++ libc6-dev shellcheck install-info"
missing=$(for p in $packages; do dpkg-query -W -f '${db:Status-Abbrev}' "$p" 2> /dev/null | grep -q '^ii' || echo "$p"; done)
[ -n "$missing" ] || exit 0
export DEBIAN_FRONTEND=noninteractive
for try in 1 2 3 4; do
  # shellcheck disable=SC2086 # a list
  apt-get -qq update && apt-get -qq install -y --no-install-recommends $missing > /tmp/apt.$$ 2>&1 && break
  tail -5 /tmp/apt.$$; [ $try -lt 4 ] || exit 1; sleep $((try * 10))
done
rm -f /tmp/apt.$$
echo "installed: ${missing//$'\n'/ }"
