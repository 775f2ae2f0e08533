# shellcheck shell=bash
# Sourced by the bench's scripts: where the corpus lies, what is built from it, the peers' settings.
BENCH_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd); REPO=$(dirname "$BENCH_HERE"); TARGET=${CARGO_TARGET_DIR:-$REPO/target}
# The corpus: cdn/content{,-scale}/dist/rhel8/8.4/ARCH/{baseos,appstream,rt}/os, base/ARCH (roots), ca, entitlement, registry, RPM-GPG-KEY-*
DIR=${DRYDOCK_BENCH_DIR:-$TARGET/bench/corpus}
WORK=${DRYDOCK_BENCH_WORK:-$TARGET/bench/work}
RELEASEVER=8.4 KERNEL=4.18.0-305.40.1.el8_4 RT_KERNEL=4.18.0-305.40.1.rt7.112.el8_4
export RELEASEVER KERNEL RT_KERNEL DIR WORK TARGET REPO BENCH_HERE LC_ALL=C.UTF-8
mkdir -p "$WORK/home" "$WORK/log"
export HOME=$WORK/home CONTAINERS_STORAGE_CONF=$WORK/storage.conf
printf '%%_dbpath %%{_var}/lib/rpm\n%%_install_langs C.utf8\n%%_keyringpath %%{_dbpath}/pubkeys/\n' > "$HOME/.rpmmacros"
printf '[storage]\ndriver = "overlay"\nrunroot = "%s/containers/run"\ngraphroot = "%s/containers/graph"\n' "$WORK" "$WORK" > "$CONTAINERS_STORAGE_CONF"

# shellcheck disable=SC2034 # base.sh
base_packages="filesystem setup basesystem redhat-release bash coreutils glibc grep sed gawk findutils tar gzip bzip2 rpm dnf curl ca-certificates gnupg2 util-linux
shadow-utils procps-ng less pam systemd dbus-daemon hostname vim-minimal chkconfig tzdata libcap"
# The driver toolkit as its Dockerfile asks for it
toolkit() { # ARCH
  echo "kernel-core-$KERNEL" "kernel-devel-$KERNEL" "kernel-headers-$KERNEL" "kernel-modules-$KERNEL" "kernel-modules-extra-$KERNEL"
  [ "$1" != x86_64 ] || echo "kernel-rt-core-$RT_KERNEL" "kernel-rt-devel-$RT_KERNEL" "kernel-rt-modules-$RT_KERNEL" "kernel-rt-modules-extra-$RT_KERNEL"
  echo gcc elfutils-libelf-devel kmod binutils kabi-dw kernel-abi-stablelists xz diffutils flex bison git make openssl keyutils rpm-build jq mokutil
}
gpgkey() { echo "$DIR"/RPM-GPG-KEY-*; }

# dnf_conf ARCH URL CACHEDIR : a dnf.conf with only the corpus' repositories; URL is the directory above ARCH
dnf_conf() {
  local f=$WORK/dnf-$1.conf repo
  { printf '[main]\ngpgcheck=1\nplugins=0\nreposdir=/dev/null\ncachedir=%s\nkeepcache=0\nbest=1\ninstall_weak_deps=0\nmodule_platform_id=platform:el8\nassumeyes=1\nlogdir=/var/log\npersistdir=/var/lib/dnf\n' "$3"
    [[ $2 != https* ]] || printf 'sslcacert=%s\nsslclientcert=%s\nsslclientkey=%s\n' "$CA" "$CERT" "$KEY"
    for repo in baseos appstream rt; do
      [ -d "$DIR/cdn/content/dist/rhel8/8.4/$1/$repo/os" ] || continue
      printf '[%s]\nname=%s\nbaseurl=%s/%s/%s/os/\ngpgkey=file://%s\n' "$repo" "$repo" "$2" "$1" "$repo" "$(gpgkey)"
    done; } > "$f"
  echo "$f"
}

# Servers of our own around the corpus (which may be someone else's running lab): same files, free ports, a registry that logs uploads
serve() {
  local d=$WORK/servers-root n; mkdir -p "$d"
  for n in cdn ca entitlement entitlement-ca registry; do [ -e "$d/$n" ] || { mkdir -p "$DIR/$n"; ln -s "$DIR/$n" "$d/$n"; }; done
  "$REPO/tests/conformance/serve.sh" "$1" "$d" || return
  # shellcheck source=/dev/null
  [ "$1" = down ] || { set -a; . "$d/servers.env"; set +a; }
}
uploads() { grep -cE '(POST|PATCH|PUT) /v2/[^ ]*/blobs/uploads' "$WORK/servers-root/servers/registry.log" || true; }
layer_bytes() { skopeo inspect --raw --tls-verify=false "docker://$REG/$1" | jq '[.layers[].size] | add'; }   # IMAGE (a manifest)
