# One package per trait that unpackers get wrong: capabilities, hard link sets whose bytes are skipped, devices, long paths, odd names
# and owners, ghosts, configuration files edited in the base, paths through symlinks, every payload compressor; against dnf.
. "$(dirname "$0")/lib.sh"; . "$HERE/reference.sh"
check "build" drydock build --recipe in/traits.toml "${SOURCES[@]}" --scriptlets skip --cache cache --lock traits.lock --oci traits --report traits.json --progress none
need "$RUN/traits/index.json"
for arch in x86_64 aarch64; do
  check "$arch: unpacks" "$HERE/oci_image.py" unpack "$RUN/traits" $arch "$RUN/roots/traits-$arch"
  LOCK=$RUN/traits.lock check "$arch: every scriptlet is accounted for" accounted "$RUN/traits.json" $arch "$RUN/roots/traits-$arch"
  LOCK=$RUN/traits.lock reference $arch "$RUN/roots/traits-$arch" "$RUN/reference/traits-$arch" "$HERE/exceptions/traits"
done
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
