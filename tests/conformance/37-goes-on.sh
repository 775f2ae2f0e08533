# An image with all its scriptlets' effects is a system that others go on in: kmod, ldconfig, alternatives, shadow-utils and rpm.
. "$(dirname "$0")/lib.sh"; . "$HERE/reference.sh"; . "$HERE/goes_on.sh"
need "$RUN/image/index.json"
for arch in x86_64 aarch64; do
  root=$RUN/roots/goes-on; rm -rf "$root"
  check "$arch: unpacks" "$HERE/oci_image.py" unpack "$RUN/image" $arch "$root"
  goes_on $arch "$root" "$WORLD/cdn/content/dist/rhel8/8.4/$arch" jq libtool openssh
done
rm -rf "$root"
finish
