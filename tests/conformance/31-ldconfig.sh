# ldconfig over trees of libraries: the real one with -r (or in a chroot of the tree, under qemu for another machine), ours over the
# same tree as an archive; caches, links and exit status compared. LDCONFIGS names more programs than the host's, of other glibc versions.
. "$(dirname "$0")/lib.sh"
JUDGE=$(dirname "$JUDGE")/scriptlet-judge; need "$JUDGE"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

# library FILE SONAME [CFLAG...]: a shared object; without a soname where it is empty
library() { local out=$1 name=$2; shift 2; mkdir -p "${out%/*}"; echo "int x;" | cc -shared -nostdlib -fPIC -x c - -o "$out" ${name:+-Wl,-soname,"$name"} "$@"; }
# foreign FILE SONAME AS LD [LDFLAG...]: one of another class, by binutils
foreign() { local out=$1 name=$2 as=$3 emulation=$4; shift 4; echo .data | as "$as" -o "$work/x.o" - && ld -m "$emulation" -shared -o "$out" -soname "$name" "$work/x.o" "$@"; }

# names ROOT, dumped FILE: what a real tree and a dump hold, the same way
names() {
  (cd "$1" && find . -mindepth 1 -path ./var/cache/ldconfig -prune -o -type l -printf '/%P symlink %l\n' -o -type d -printf '/%P dir\n' -o -type f -printf '/%P file %04m ' -exec sh -c 'sha256sum < "$1" | cut -d" " -f1' _ {} \;) | grep -v '[^ -[^-~]' | sort
}
dumped() {
  awk '{ name[$1] = $0 } END { for (n in name) { if (n ~ "^/var/cache/ldconfig" || n ~ /\\/) continue; split(name[n], f, " "); if (f[2] == "hardlink") split(name[f[3]], f, " ")
    if (f[2] == "symlink") print n, f[2], f[6]; else if (f[2] == "dir") { if (n != "/") print n, f[2] } else print n, f[2], f[3], substr(f[7], 8) } }' "$1" | sort
}
# compare PROGRAM ROOT [OPTION...]: PROGRAM stands as /sbin/ldconfig in the tree; what it prints counts with -p only
compare() {
  local program=$1 root=$2 rc=0 ours=0; shift 2
  rm -rf "$work/real"; cp -a "$root" "$work/real"; mkdir -p "$work/real/usr/sbin"; cp "$program" "$work/real/usr/sbin/ldconfig"
  tar -C "$work/real" --numeric-owner -cf "$work/root.tar" .
  case ${INSIDE:-} in '') "$program" -r "$work/real" "$@" ;; *) chroot "$work/real" "$INSIDE" /usr/sbin/ldconfig "$@" ;; esac > "$work/out" 2> "$work/err" || rc=$?
  "$JUDGE" --dump "$work/dump" "$work/root.tar" "ldconfig $*" - > "$work/our-out" 2> "$work/our-err" || ours=$?
  same "$ours" "$rc" || { cat "$work/err" "$work/our-err"; return 1; }
  case " $* " in *' -p '*) diff "$work/out" "$work/our-out" || return 1 ;; *' -v '*) diff <(sort "$work/out") <(sort "$work/our-out") || return 1 ;; esac
  names "$work/real" > "$work/names"; dumped "$work/dump" > "$work/our-names"
  diff "$work/names" "$work/our-names"
}

# A tree with what libraries do to each other
odd=$work/odd; mkdir -p "$odd"/{etc/ld.so.conf.d,usr/bin,usr/lib,usr/lib64,usr/libx32,opt/x/lib,opt/y,opt/z,var/cache}
ln -s usr/lib "$odd/lib"; ln -s usr/lib64 "$odd/lib64"; ln -s usr/bin "$odd/bin"; ln -s /opt/x/lib "$odd/opt/again"
L=$odd/usr/lib64; multi=$odd/usr/lib/$(cc -dumpmachine); mkdir -p "$multi"
for v in 1.9 1.10 1.2.3; do library "$L/libver.so.$v" libver.so.1; done
library "$L/libdev.so.2.0" libdev.so.2; ln -s libdev.so.2.0 "$L/libdev.so"
library "$L/libself.so" libself.so; library "$L/libunnamed.so.5" ''; library "$L/libplain.so" libplain.so.2
library "$L/libmoved.so.3.1" libmoved.so.3; library "$L/libmoved.so.3.0" libmoved.so.3; ln -s libmoved.so.3.0 "$L/libmoved.so.3"
library "$L/libreal.so.1" libreal.so.1; library "$L/libreal.so.1.5" libreal.so.1
ln -s nowhere.so.9 "$L/libgone.so.9"; ln -s nowhere "$L/libgone.so"; ln -s libloop.so.1 "$L/libloop.so.1"
echo 'GROUP ( /usr/lib64/libself.so )' > "$L/libscript.so"; : > "$L/libempty.so.1"; head -c 80 "$L/libself.so" > "$L/libcut.so.1"; head -c 40 "$L/libself.so" > "$L/libshort.so.1"
library "$L/plugin.so" plugin.so; library "$L/ld-odd.so.1" ld-odd.so.1; library "$L/ld.so.1" ld.so.1; library "$L/libnoext" libnoext
library "$L/libtemp.so.1;5f5e100" libtemp.so.1; library "$L/libpre.so.1.#prelink#" libpre.so.1; mkdir "$L/libdirectory.so.1"
library "$L/libabi.so.1" libabi.so.1; library "$L/liblevel.so.1" liblevel.so.1 -Wl,-z,x86-64-v3
ln -s ../../opt/x/lib/libout.so.1.0 "$L/libout.so.1"; library "$odd/opt/x/lib/libout.so.1.0" libout.so.1
library "$odd/opt/x/lib/libver.so.1.4" libver.so.1; library "$odd/opt/y/liby.so.10" liby.so.10; library "$odd/opt/y/liby.so.9" liby.so.9; library "$odd/opt/z/libz01.so.1" libz01.so.1; library "$odd/opt/z/libz.so.1" libz.so.1
library "$odd/usr/lib/liblow.so.1.0" liblow.so.1; library "$multi/libmulti.so.1.0" libmulti.so.1; ln "$L/libself.so" "$L/libhard.so.4"
foreign "$odd/usr/lib/libthirty.so.1.0" libthirty.so.1 --32 elf_i386; foreign "$odd/usr/libx32/libx.so.1.0" libx.so.1 --x32 elf32_x86_64
foreign "$odd/usr/lib/libc.so.6" libc.so.6 --32 elf_i386; foreign "$odd/usr/lib/libneeds.so.1" libneeds.so.1 --32 elf_i386 "$odd/usr/lib/libc.so.6"
for level in x86-64-v2 x86-64-v3 unused; do mkdir -p "$L/glibc-hwcaps/$level"; done; mkdir -p "$odd/opt/x/lib/glibc-hwcaps/x86-64-v3" "$L/glibc-hwcaps/.hidden" "$L/glibc-hwcaps/a:b" "$L"/{haswell/tls,tls,x86_64,sse2}
library "$L/glibc-hwcaps/x86-64-v3/libver.so.1.9" libver.so.1 -Wl,-z,x86-64-v3; library "$L/glibc-hwcaps/x86-64-v2/libver.so.1.9" libver.so.1 -Wl,-z,x86-64-v2; ln -s libver.so.1.9 "$L/glibc-hwcaps/x86-64-v2/libver.so.1"
library "$odd/opt/x/lib/glibc-hwcaps/x86-64-v3/libver.so.1.4" libver.so.1; library "$L/glibc-hwcaps/.hidden/libhid.so.1" libhid.so.1
for old in haswell haswell/tls tls x86_64 sse2; do library "$L/$old/libver.so.1.9" libver.so.1; done
printf '# first\n\t/opt/y/  # a comment\ninclude ld.so.conf.d/*.conf  /etc/more/?[a-c].conf\nhwcap 1 nosegneg\n/lib64=libc6\n/missing\n/opt/again\n/opt/x/lib\n\n' > "$odd/etc/ld.so.conf"
mkdir "$odd/etc/more"; echo /opt/z > "$odd/etc/more/1b.conf"; echo /opt/nothing > "$odd/etc/more/1d.conf"; echo "/opt/x/lib///" > "$odd/etc/ld.so.conf.d/b.conf"; echo /usr/lib64 > "$odd/etc/ld.so.conf.d/.hidden.conf"; echo /opt/y > "$odd/etc/ld.so.conf.d/a.conf"
even=$work/even; cp -a "$odd" "$even"; rm -r "$even"/usr/lib64/{haswell,tls,x86_64,sse2}
# Real libraries
host=$work/host; mkdir -p "$host"/{etc,usr/lib,usr/lib64,var}; ln -s usr/lib "$host/lib"; ln -s usr/lib64 "$host/lib64"; cp -a /etc/ld.so.conf /etc/ld.so.conf.d "$host/etc"
(cd / && find usr/lib usr/lib64 -maxdepth 2 -name '*.so*' \( -type l -o -size -3M \) -print0 2> /dev/null | tar -c --null -T - | tar -x -C "$host")

own=$(command -v ldconfig || echo /sbin/ldconfig)
for program in "$own" ${LDCONFIGS:-}; do
  label=${program##*/}
  check "$label: what libraries do to each other" compare "$program" "$odd" -i
  check "$label: the host's libraries" compare "$program" "$host" -i
  # glibc 2.33 to 2.36 write past their tables where these formats meet haswell/ and its like
  for format in new old compat; do check "$label -c $format" compare "$program" "$even" -i -c "$format"; done
  check "$label -X makes no links" compare "$program" "$odd" -i -X
  check "$label -N writes no cache" compare "$program" "$odd" -N
  check "$label -n links one directory" compare "$program" "$odd" -n /usr/lib64 /opt/again
  check "$label -C, -f and directories" compare "$program" "$odd" -iC/etc/other.cache -f /etc/more/1b.conf /opt/y
  check "$label -l links libraries" compare "$program" "$odd" -l /usr/lib64/libver.so.1.2.3 /opt/x/lib/libout.so.1.0 /usr/lib64/libdev.so /nothing
  cp -a "$odd" "$work/done"; "$program" -i -r "$work/done" 2> /dev/null
  check "$label again over its own" compare "$program" "$work/done" -i
  check "$label -p" compare "$program" "$work/done" -p; rm -rf "$work/done"
  check "$label refuses a relative directory" compare "$program" "$odd" usr/lib
done
check "ldconfig -v" compare "$own" "$host" -i -v
# A tree below the tree: -r
mkdir -p "$work/above"; cp -a "$odd" "$work/above/image"; mkdir -p "$work/above/usr/sbin"; cp "$own" "$work/above/usr/sbin/ldconfig"
below() {
  tar -C "$work/above" --numeric-owner -cf "$work/above.tar" . && "$JUDGE" --dump "$work/dump" "$work/above.tar" "ldconfig -i -r /image/" - || return 1
  rm -rf "$work/real"; cp -a "$odd" "$work/real"; "$own" -i -r "$work/real" 2> /dev/null
  diff <(names "$work/real") <(dumped "$work/dump" | sed -n 's,^/image/,/,p')
}
check "ldconfig -r ROOT" below
# Another machine: an image of it, its own ldconfig under qemu
qemu=$(command -v qemu-aarch64-static || true)
if [ -n "$qemu" ] && [ -d "${DRYDOCK_AARCH64_ROOT:-}" ]; then
  cp -a "$DRYDOCK_AARCH64_ROOT" "$work/arm"; cp "$qemu" "$work/arm/usr/bin/"
  INSIDE=/usr/bin/${qemu##*/} check "aarch64" compare "$work/arm/usr/sbin/ldconfig" "$work/arm" -i
else skip "an aarch64 image (DRYDOCK_AARCH64_ROOT, qemu-aarch64-static)"; fi
finish
