# The toolkit at its real size, when DRYDOCK_LAB names the directory of a running lab (kernels of thousands of modules, a gcc that links):
# its tree against dnf's, its use in a chroot. Not part of CI, which has no lab.
. "$(dirname "$0")/lib.sh"; . "$HERE/reference.sh"; . "$HERE/goes_on.sh"
lab=${DRYDOCK_LAB:-}
if [ -z "$lab" ]; then skip "DRYDOCK_LAB is not set"; finish; exit; fi
b=$RUN/lab; rm -rf "$b"; mkdir -p "$b/home"
export HOME=$b/home GPGKEY=$lab/RPM-GPG-KEY-lab FILES=file://$lab/cdn/content/dist/rhel8/8.4
printf '%%_dbpath %%{_var}/lib/rpm\n%%_install_langs C.utf8\n%%_keyringpath %%{_dbpath}/pubkeys/\n' > "$HOME/.rpmmacros"      # as its base says
reg=127.0.0.1:5000; base=$reg/ubi8/ubi@sha256:$(skopeo inspect --raw --tls-verify=false docker://$reg/ubi8/ubi:8.4 | sha256sum | cut -d' ' -f1)
kernel=4.18.0-305.40.1.el8_4
toolkit() { # NAME ARGUMENT...
  local name=$1; shift
  drydock build --recipe driver-toolkit --kernel $kernel --rhel 8.4 --base "$base" --plain-http $reg --cdn https://127.0.0.1:8443 --entitlement "$lab/entitlement" \
    --cacert "$lab/ca/ca.pem" --gpgkey "$GPGKEY" --cache "${CACHE:-$b/cache}" --lock "$b/lock" --oci "$b/$name" --report "$b/$name.json" --progress none "$@"
}
check "build, two architectures" toolkit image
need "$b/image/index.json"
CACHE=$b/cache-again check "build again from its lock, with an empty cache" toolkit again --locked
check "the same digest" same "$(index_digest "$b/image")" "$(index_digest "$b/again")"
rm -rf "$b/again" "$b/cache-again"
check "nothing is left to a scriptlet that did not run" jq -e '[.arches[].scriptlets[] | select(.outcome != "applied" and .outcome != "not-needed")] == []' "$b/image.json"
for arch in x86_64 aarch64; do check "$arch: unpacks" "$HERE/oci_image.py" unpack "$b/image" $arch "$b/$arch"; done

LOCK=$b/lock BASES=$lab/base SCRIPTLETS=run reference x86_64 "$b/x86_64" "$b/reference" "$HERE/exceptions/toolkit" "$HERE/exceptions/lab"
check "the same without scriptlets" toolkit bare --locked --scriptlets skip
for arch in x86_64 aarch64; do check "$arch: unpacks without" "$HERE/oci_image.py" unpack "$b/bare" $arch "$b/bare-$arch"; done
LOCK=$b/lock BASES=$lab/base reference aarch64 "$b/bare-aarch64" "$b/reference-aarch64" "$HERE/exceptions/toolkit"
check "aarch64: scriptlets leave what they leave on x86_64" diff <(effects "$b" x86_64 | grep -vE 'rt7|kernel-rt') <(effects "$b" aarch64)

in_root() { mounted "$b/x86_64" chroot "$b/x86_64" "$@"; }
printf '#include <stdio.h>\nint main(void) { puts("links"); return 0; }\n' > "$b/x86_64/tmp/x.c"
check "gcc compiles and links, and the program runs" same "$(in_root sh -c 'gcc -O2 -o /tmp/x /tmp/x.c && /tmp/x')" links
for modules in "$b"/x86_64/usr/lib/modules/4.18*; do
  k=$(basename "$modules"); m=/tmp/module-$k; mkdir -p "$b/x86_64$m"
  printf '#include <linux/module.h>\nstatic int __init up(void) { return 0; }\nstatic void __exit down(void) {}\nmodule_init(up); module_exit(down);\nMODULE_LICENSE("GPL");\n' > "$b/x86_64$m/x.c"
  echo 'obj-m := x.o' > "$b/x86_64$m/Makefile"
  check "$k: a module is built from the image" in_root make -C "/lib/modules/$k/build" "M=$m" modules
  check "$k: for that kernel" grep -q "^vermagic: *$k " <(modinfo "$b/x86_64$m/x.ko")
done
for arch in x86_64 aarch64; do goes_on $arch "$b/$arch" "$lab/cdn/content/dist/rhel8/8.4/$arch" jq flex openssh; done
[ "${failed:-0}" != 0 ] || rm -rf "$b"
finish
