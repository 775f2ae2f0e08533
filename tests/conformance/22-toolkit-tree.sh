# The toolkit's file tree against dnf's: the same base, the same packages, scriptlets off on both sides.
. "$(dirname "$0")/lib.sh"; . "$HERE/reference.sh"
need "$RUN/drydock.lock"
for arch in x86_64 aarch64; do
  LOCK=$RUN/drydock.lock reference $arch "$RUN/roots/$arch" "$RUN/reference/$arch" "$HERE/exceptions/toolkit"
done
finish
