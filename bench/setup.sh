#!/bin/bash
# setup.sh : the bench's peers and what makes its corpus, beyond what conformance installs.
set -euo pipefail; "$(dirname "$0")/../tests/conformance/setup.sh"
if ! command -v buildah > /dev/null || ! command -v crun > /dev/null || [ ! -x /usr/bin/time ]; then
  apt-get -qq update; DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends time kmod cpio rpm2cpio buildah crun qemu-user-static bsdextrautils fuse-overlayfs > /dev/null
fi
