# <lua> scriptlets: rpm installs a package whose %post is the case into a small root, and drydock runs the case over the same tree.
# What they print, the error they end with and the trees they leave must be the same.
#   lua/NAME.lua   a case; what differs between rpm's versions (the third result of rpm.execute) is not printed by them
. "$(dirname "$0")/lib.sh"
judge=$(dirname "$JUDGE")/scriptlet-judge
need "$judge"
work=$WORLD/lua; rm -rf "$work"; mkdir -p "$work/root"
root=$work/root

# A small root of this machine's own tools; for drydock the same names, without the bytes.
mkdir -p "$root"/{usr/bin,usr/sbin,usr/lib,usr/lib64,etc,tmp,var/tmp,var/lib,root,dev}
for dir in bin sbin lib lib64; do ln -s "usr/$dir" "$root/$dir"; done
for tool in bash sh touch mkdir mv ls echo cat true false; do
  path=$(type -P "$tool"); cp -L "$path" "$root/usr/bin/$tool"
  ldd "$path" 2> /dev/null | grep -o '/[^ ]*' | while read -r lib; do mkdir -p "$root/${lib%/*}"; cp -Ln "$lib" "$root/$lib"; done
done
cp -L /lib/x86_64-linux-gnu/libnss_files.so.2 "$root/usr/lib/x86_64-linux-gnu/" 2> /dev/null
printf 'root:x:0:0:root:/root:/bin/bash\nbin:x:1:1:bin:/bin:/sbin/nologin\nbob:x:1000:1001:Bob,,:/home/bob:/bin/sh\n' > "$root/etc/passwd"
printf 'root:x:0:\nbin:x:1:\nadm:x:4:bob,bin\nwheel:x:10:bob\n' > "$root/etc/group"
printf 'passwd: files\ngroup: files\n' > "$root/etc/nsswitch.conf"
printf '/bin/zsh\n' > "$root/etc/shells"
touch -h -d @1000000000 "$root"/etc/* "$root"/root
tar -C "$root" -cf "$work/real.tar" .
find "$root/usr/bin" -type f -exec sh -c 'for f; do printf "\177ELF" > "$f"; done' _ {} +
find "$root/usr/lib" "$root/usr/lib64" -type f -exec truncate -s 0 {} +
tar -C "$root" -cf "$work/judged.tar" .
rm -rf "$root"

# The error it ended with, from wherever rpm says it was.
told() { sed -n 's/^error: //; s/\[string "%post([^"]*)"\]/[string "<lua>"]/; /^lua script failed/p' "$1"; }
# compared NAME : one case both ways
compared() {
  local name=$1 now; now=$(date +%s)
  printf 'Name: case\nVersion: 1\nRelease: 1\nSummary: x\nLicense: x\nBuildArch: noarch\n%%description\nx\n%%files\n%%post -p <lua>\n%s\n' \
    "$(sed 's/%/%%/g' "$HERE/lua/$name.lua")" > "$work/case.spec"
  rpmbuild -bb --quiet --define "_topdir $work/top" --define "_rpmdir $work" "$work/case.spec" || return 1
  mkdir -p "$root"; tar -C "$root" -xpf "$work/real.tar"; mknod -m 666 "$root/dev/null" c 1 3
  timeout 60 rpm --root "$root" --nosignature -i "$work/noarch/case-1-1.noarch.rpm" < /dev/null > "$work/$name.real" 2> "$work/$name.real.err"
  told "$work/$name.real.err" >> "$work/$name.real"
  rm -rf "$root/var/lib/rpm"
  "$HERE/scriptlet_tree.py" real "$root" "$now" > "$work/$name.real.tree"
  rm -rf "$root"
  timeout 60 "$judge" --epoch "$now" --log --dump "$work/$name.dump" "$work/judged.tar" '<lua>' "$HERE/lua/$name.lua" 1 > "$work/$name.judged" 2> "$work/$name.judged.err"
  told "$work/$name.judged.err" >> "$work/$name.judged"
  "$HERE/scriptlet_tree.py" judged "$work/$name.dump" "$now" > "$work/$name.judged.tree"
  diff -a -U2 --label real --label drydock "$work/$name.real" "$work/$name.judged" && diff -a -U0 --label real --label drydock "$work/$name.real.tree" "$work/$name.judged.tree"
}
for case in "$HERE"/lua/${CASES:-*}.lua; do
  name=$(basename "$case" .lua)
  check "$name: $(sed -n '1s/^-- //p' "$case")" compared "$name"
done
finish
