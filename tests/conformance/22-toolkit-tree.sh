# The toolkit's file tree against dnf's: the same base, the same packages, scriptlets off on both sides.
. "$(dirname "$0")/lib.sh"; . "$HERE/reference.sh"
need "$RUN/drydock.lock"
# What scriptlets would have left: ghosts that nobody made, owners that nobody added. (rpm -V is silent on both since 4.17.)
left() { # ROOT
  rpm --root "$1" -Vav 2> /dev/null | sed -n 's/^missing *g *//p'
  rpm --root "$1" -qa --qf '[%{FILENAMES} %{FILEUSERNAME} %{FILEGROUPNAME}\n]' | awk -F'[: ]' 'FILENAME != "-" { if (FILENAME ~ /passwd$/) u[$1]; else g[$1]; next } !($2 in u) || !($3 in g) { print $1 }' "$1/etc/passwd" "$1/etc/group" -
}
scripted() { # ARCH: each has a line in exceptions/toolkit.scriptlets that says which scriptlet
  local path glob reason known rc=0
  while read -r path; do
    known=
    # shellcheck disable=SC2254 # a pattern
    while read -r glob reason; do case $path in $glob) known=$reason ;; esac; done < <(grep -v '^#' "$HERE/exceptions/toolkit.scriptlets")
    [ -n "$known" ] || { echo "nothing says which scriptlet is to make $path"; rc=1; }
  done < <(comm -13 <(left "$WORLD/base/$1/upper" | sort -u) <(left "$RUN/roots/$1" | sort -u))
  return "$rc"
}
for arch in x86_64 aarch64; do
  LOCK=$RUN/drydock.lock reference $arch "$RUN/roots/$arch" "$RUN/reference/$arch" "$HERE/exceptions/toolkit"
  check "$arch: what only scriptlets make is known" scripted $arch
done
finish
