# One package per trait that unpackers get wrong: capabilities, hard link sets whose bytes are skipped, devices, long paths, odd names
# and owners, ghosts, configuration files edited in the base, paths through symlinks, every payload compressor; against dnf. On x86_64
# with every scriptlet run on both sides; aarch64 bare on both, as its programs do not run here.
. "$(dirname "$0")/lib.sh"; . "$HERE/reference.sh"
check "build" drydock build --recipe in/traits.toml "${SOURCES[@]}" --cache cache --lock traits.lock --oci traits --report traits.json --progress none
need "$RUN/traits/index.json"
check "build without scriptlets" drydock build --recipe in/traits.toml "${SOURCES[@]}" --scriptlets skip --cache cache --lock traits.lock --locked --oci traits-bare --report traits-bare.json --progress none
check "x86_64: unpacks" "$HERE/oci_image.py" unpack "$RUN/traits" x86_64 "$RUN/roots/traits-x86_64"
check "aarch64: unpacks" "$HERE/oci_image.py" unpack "$RUN/traits-bare" aarch64 "$RUN/roots/traits-aarch64"
export LOCK=$RUN/traits.lock
check "x86_64: every scriptlet is accounted for" accounted "$RUN/traits.json" x86_64 "$RUN/roots/traits-x86_64"
check "aarch64: every scriptlet is accounted for" accounted "$RUN/traits-bare.json" aarch64 "$RUN/roots/traits-aarch64"
SCRIPTLETS=run reference x86_64 "$RUN/roots/traits-x86_64" "$RUN/reference/traits-x86_64" "$HERE/exceptions/traits" "$HERE/exceptions/toolkit.scriptlets"
reference aarch64 "$RUN/roots/traits-aarch64" "$RUN/reference/traits-aarch64" "$HERE/exceptions/traits"
root=$RUN/roots/traits-x86_64
# Said once more in plain words, so that a failure names the trait
check "a capability" same "$(getfattr --only-values -n security.capability -e hex "$root/usr/sbin/fixture-net" 2> /dev/null | xxd -p)" 0100000200300000000000000000000000000000
check "hard links whose last member was skipped" same "$(stat -c %h "$root/usr/lib/fixture-hardlinks/a/one"),$(cat "$root/usr/lib/fixture-hardlinks/b/two")" "2,one content, three names"
check "an unknown owner is root, without setuid" same "$(stat -c '%u %a' "$root/usr/lib/fixture-owners/unknown-user")" "0 755"
check "an id of eight octal digits" same "$(stat -c '%u %g' "$root/usr/lib/fixture-owners/big")" "3000000 3000001"
check "a path over 256 bytes" bash -c 'ls "$1"/usr/share/fixture-paths/*/*/*/hard' _ "$root"
check "an edited configuration file survives" same "$(cat "$root/etc/fixture/edited-noreplace.conf"),$(cat "$root/etc/fixture/edited-noreplace.conf.rpmnew")" "edited in the base,edited-noreplace 2"
check "the obsoleted package's file is whited out" test ! -e "$root/usr/lib/modules/kabi-rhel83/kabi_whitelist_x86_64"
check "a file below a package's symlink" same "$(cat "$root/usr/lib/fixture-links/real/file")" relative
finish
