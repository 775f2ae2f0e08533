# The resolver against dnf on the same repositories and the same installed set.
. "$(dirname "$0")/lib.sh"
ours() { # ARCH SPEC...
  local arch=$1; shift
  # shellcheck disable=SC2016
  drydock resolve "$@" --arch "$arch" "${SOURCES[@]}" --cache cache --format json --progress none | jq -r '.packages[] | "\(.action) \(.nevra)"' | LC_ALL=C sort
}
theirs() { local arch=$1 root=$WORLD/base/$1/upper; shift; "$HERE/dnf_resolve.py" "$root" "$arch" "$FILES" "$@" | LC_ALL=C sort; }
parity() { local a b; a=$(ours "$@") || return; b=$(theirs "$@"); [ -n "$b" ] && diff <(echo "$a") <(echo "$b"); }
while read -r arch specs; do
  # shellcheck disable=SC2086
  check "$arch: $specs" parity "$arch" $specs
done <<L
x86_64 gcc
x86_64 gcc-8.4.1
x86_64 gcc-0:8.4.1-1.el8.x86_64
aarch64 gcc-c++.aarch64
x86_64 kernel-core-$KERNEL kernel-devel-$KERNEL kernel-modules-extra-$KERNEL
x86_64 kernel
x86_64 kernel-rt-core kernel-rt-devel
x86_64 /usr/bin/git
x86_64 kernel-abi-stablelists
x86_64 fixture-traits
aarch64 fixture-traits fixture-through-link
x86_64 rpm-build
x86_64 openssl
x86_64 fixture-payload-*
x86_64 perl(:MODULE_COMPAT_5.26.3)
x86_64 fixture-rich
aarch64 libtool mokutil kabi-dw keyutils jq
L
excluded() { diff <(ours x86_64 gcc --exclude 'gcc-8.5.0*') <(EXCLUDE='gcc-8.5.0*' theirs x86_64 gcc); }
check "with an exclude" excluded
installed() { local a; a=$(ours x86_64 bash) && same "$a" ""; }
check "an installed package needs nothing" installed
need "$RUN/drydock.lock"
# The compiler of the kernel is drydock's choice; dnf is told its version.
toolkit_in_lock() { diff <(for a in x86_64 aarch64; do locked "$a" nevra; done | sort) <(for a in x86_64 aarch64; do
  mapfile -t r < <(python3 -c 'import sys, tomllib; lock = tomllib.load(open(sys.argv[1], "rb"))["arch"][sys.argv[2]]; 
names = {p["nevra"].rsplit("-", 2)[0]: p["nevra"] for p in lock["packages"]}; print(*(names[r] if r in ("gcc", "gcc-c++") else r for r in lock["request"] if r not in lock["missing"]), sep="\n")' "$RUN/drydock.lock" "$a")
  theirs "$a" "${r[@]}" | sed -n 's/^\(install\|upgrade\) //p'; done | sort); }
check "the toolkit's lock, by its own request" toolkit_in_lock
finish
