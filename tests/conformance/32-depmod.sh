# depmod's tables byte by byte against those of kmod's tool: modules made by hand with everything a module may say of itself,
# and those of whole kernels: of the images built before, and of $DRYDOCK_MODULES, a directory with lib/modules/RELEASE in it.
. "$(dirname "$0")/lib.sh"
judge=$(dirname "$JUDGE")/depmod-judge; need "$judge"
work=$RUN/depmod; rm -rf "$work"; mkdir -p "$work"
real=$(depmod --version | sed -n 's/kmod version //p')
# The library version that stands for the release of kmod installed here
library=2.$((real < 30 ? 3 : real < 33 ? 4 : 5)).$((real < 30 ? real - 22 : real < 33 ? real - 30 : real - 33))
release=5.14.0-70.el9.x86_64

# module FILE INFO GIVES NEEDS WEAK : an ELF object. INFO is one `key=value` a line; symbols given have a CRC, those written
# with a + before them are in __ksymtab_strings only
module() {
  local file=$root/lib/modules/$release/$1 source=$work/m.s line; mkdir -p "$(dirname "$file")"
  { echo '.section .modinfo,"a"'
    while IFS= read -r line; do [ -z "$line" ] || printf '.asciz "%s"\n' "$line"; done <<< "$2"
    for line in $3; do case $line in
      +*) printf '.section __ksymtab_strings,"aMS",%%progbits,1\n.asciz "%s"\n' "${line#+}" ;;
      *) printf '.globl __crc_%s\n.set __crc_%s, 0x%x\n' "$line" "$line" ${#line} ;;
    esac; done
    echo '.text'
    for line in $4; do printf '.quad %s\n' "$line"; done
    for line in $5; do printf '.weak %s\n.quad %s\n' "$line" "$line"; done
    printf '.section __versions,"a"\n.quad 1\n.asciz "module_layout"\n.zero 42\n'; } > "$source"
  gcc -c -o "${file%.ko*}.ko" "$source" || return 1
  case $file in
    *.xz) xz -f --check=crc32 "${file%.xz}" ;;
    *.zst) zstd -q -f --rm "${file%.zst}" ;;
  esac
}
# theirs ARG... , ours ARG... : depmod over a copy of $root, what it says with the root left out
theirs() {
  local rc=0; rm -rf "$work/theirs"; cp -a "$root" "$work/theirs"
  depmod -b "$work/theirs" -C "$work/theirs/etc/depmod.d" "${@//@/$work/theirs}" > "$work/theirs.out" 2> "$work/theirs.err" || rc=$?
  echo "end $rc" >> "$work/theirs.out"; sed -i "s|$work/theirs||" "$work/theirs.err"
}
ours() {
  local rc=0; rm -rf "$work/ours"; cp -a "$root" "$work/ours"
  "$judge" --kmod "$library" "$root" "$work/ours" "${@//@/}" > "$work/ours.out" 2> "$work/ours.err" || rc=$?
  echo "end $rc" >> "$work/ours.out"
}
# same_tables WHAT ARG... : both leave the same and print the same
same_tables() {
  local what=$1; shift
  theirs "$@"; ours "$@"
  check "$what" diff -r --no-dereference "$work/theirs" "$work/ours"
  check "$what: what is printed" diff "$work/theirs.out" "$work/ours.out"
}

root=$work/root; kernel=$root/lib/modules/$release; mkdir -p "$kernel" "$root/etc/depmod.d"
: > "$root/etc/depmod.d/none.conf"
module kernel/a.ko $'alias=pci:v00008086d*sv*sd*bc*sc*i*\nalias=of:N*T*Cvendor,a-b[0-9-]*\nsoftdep=pre: b post: c\ndepends=b,c\nlicense=GPL\nweakdep=w' 'a_one a_two' 'b_one c_one printk' ''
module kernel/sub/b-dash.ko.xz $'alias=char-major-10-223\nalias=devname:uinput\nalias=b' 'b_one b_two' 'c_one c_two' 'maybe a_never'
module kernel/sub/deep/c.d.ko.zst $'alias=block-major-7-*\nalias=devname:loop\nalias=block-major-9-0' 'c_one c_two' 'd_plain' 'e_one'
module kernel/d.ko $'alias=unmatched]x\nalias=unmatched[x\nalias=empty\nalias\nalias=\nvermagic=5.14' '+d_plain +d_more' '' ''
module kernel/e.ko $'alias=pci:v00008086d*sv*sd*bc*sc*i*\nalias=pci:v00008086d*\nalias=char-major-x\nalias=devname:lost' 'e_one c_two_longer' 'd_more .d_plain' ''
module kernel/bare.ko '' '' '' ''
module not/in/order.ko 'alias=last' 'order_one' 'e_one' ''
for n in $(seq 1 40); do
  module "kernel/many/many-$n.ko" "alias=usb:v$((n % 7))p$n" "many_$n shared_$((n % 5))" "many_$((n / 2)) shared_$((n % 3 + 5)) a_one" ''
done
(cd "$kernel" && find kernel -name '*.ko*' | sed 's/[.]ko.*/.ko/' | sort -r | grep -v 'many-[12]' > modules.order)
printf 'kernel/fs/ext4/ext4.ko\nkernel/lib/crc-t10dif.ko\n9bad\nkernel/fs/ext4/ext4.ko\n' > "$kernel/modules.builtin"
printf 'ext4.alias=fs-ext4\0ext4.license=GPL\0ext4.alias=ext3\0nodot\0a.noequals\0lost.alias=x\0ext4.alias=bad]\0ext4.alias=x-[a-z]-y\0ext4.alias=\0crc.alias=fs-ext4\0' > "$kernel/modules.builtin.modinfo"

same_tables "modules of every kind" "$release"
same_tables "printed, not written" -n "$release"
mv "$kernel/modules.order" "$work/order"
same_tables "without modules.order: the order of kmod's hash" -a "$release"
printf 'kernel/many/many-3.ko\nkernel/e.ko\nkernel/many/many-3.ko\nkernel/a.ko' > "$kernel/modules.order"
same_tables "a modules.order whose last line has no end" -a "$release"
printf 'kernel/many/many-3.ko\nkernel/e.ko\nkernel/many/many-4.ko\nkernel/many/many-3.ko\n' > "$kernel/modules.order"
same_tables "one that lists a module twice" -a "$release"
mv "$work/order" "$kernel/modules.order"; rm "$kernel/modules.builtin" "$kernel/modules.builtin.modinfo"
same_tables "without the kernel's own lists" -a "$release"
same_tables "modules by name" "$release" "@/lib/modules/$release/kernel/a.ko" "@/lib/modules/$release/kernel/d.ko"

# Twins, and who of them counts; never two of one rank, of which the one counts that the file system lists first
module updates/a.ko 'alias=updated' 'a_one' '' ''
module extra/a.ko 'alias=extra' 'a_one a_extra' '' ''
module updates/e.ko.xz 'alias=updated' 'e_one' 'a_extra' ''
module updates/debug/bare.ko 'alias=debug' '' '' ''
mkdir -p "$kernel/weak-updates"; ln -s "/lib/modules/$release/extra/none.ko" "$kernel/weak-updates/dangling.ko"; ln -s ../kernel/d.ko "$kernel/weak-updates/linked.ko"
ln -s kernel "$kernel/build"
for config in '' 'search updates extra built-in weak-updates' 'search extra updates built-in' 'search built-in extra updates' \
  'search updates built-in\noverride a * extra' 'override e 5.15 extra\noverride e ^5[.]14 kernel\nsearch extra updates built-in' 'exclude debug updates\nsearch extra built-in'; do
  # shellcheck disable=SC2059 # the lines are the format
  printf "$config\n" > "$root/etc/depmod.d/test.conf"
  same_tables "depmod.d says: ${config:-nothing}" -a "$release"
done
rm "$root/etc/depmod.d/test.conf"

# What is no module, and what needs itself
head -c 3000 /dev/zero > "$kernel/kernel/zero.ko"; echo text, long enough to be looked at > "$kernel/kernel/text.ko"
xz -c < "$kernel/kernel/d.ko" | head -c 200 > "$kernel/kernel/cut.ko.xz"; head -c 300 "$kernel/kernel/d.ko" > "$kernel/kernel/short.ko"
same_tables "files that are no modules" -a "$release"
rm "$kernel"/kernel/{zero,text,short}.ko "$kernel/kernel/cut.ko.xz"
printf 'c0294200 R __ksymtab_printk\nc0294208 r __ksymtab_module_layout\n' > "$root/System.map"
same_tables "symbols nobody has" -ae -F "@/System.map" "$release"
check "symbols nobody has: the same are named" diff <(grep unknown "$work/theirs.err" | sort) <(grep unknown "$work/ours.err" | sort)
module kernel/ring-1.ko '' 'ring_1' 'ring_2' ''
module kernel/ring-2.ko '' 'ring_2' 'ring_3' ''
module kernel/ring-3.ko '' 'ring_3 a_last' 'ring_1 d_plain' ''
same_tables "a ring" -a "$release"
same_tables "no such kernel" -a 6.1.0
same_tables "no release at all" -a six

# Whole kernels
for tree in "$RUN"/roots/* ${DRYDOCK_MODULES:-}; do
  for kernel in "$tree"/lib/modules/[0-9]*/; do
    [ -d "$kernel" ] || continue
    [ -n "$(find "$kernel" -name '*.ko*' -print -quit)" ] || continue
    release=$(basename "$kernel"); root=$work/whole; rm -rf "$root"; mkdir -p "$root/lib/modules" "$root/etc/depmod.d"
    cp -a "$kernel" "$root/lib/modules/$release"; : > "$root/etc/depmod.d/none.conf"
    same_tables "$(find "$kernel" -name '*.ko*' | wc -l) modules of $release" -a "$release"
  done
done
finish
