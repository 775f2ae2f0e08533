# Commands that scriptlets call: scripts run by bash and the real tools in a chroot, and by drydock over the same tree. Their output
# (with every status) and the trees they leave must be the same; messages and the times of directories are not compared.
#   commands/NAME.sh   a script; `t COMMAND...` runs a command and tells its status
. "$(dirname "$0")/lib.sh"
judge=$(dirname "$JUDGE")/scriptlet-judge
need "$judge"
work=$WORLD/commands; rm -rf "$work"; mkdir -p "$work/root"
root=$work/root

# A small root of this machine's own tools and what they load; for drydock the same names, without the bytes.
tools='bash sh cat cp mv rm ln mkdir rmdir touch chmod chown chgrp install mktemp basename dirname readlink realpath stat find ls xargs tee
  uname arch id whoami groups hostname getent sleep date env printenv nohup timeout nice ionice setsid sync mknod mkfifo truncate which logger
  seq dd du unlink link flock tty nproc getconf runuser cut sort uniq head tail tr wc sed grep egrep fgrep awk gawk mawk cmp diff expr md5sum
  sha256sum sha1sum sum cksum comm paste join fold fmt nl od rev tac column printf echo test true false pwd kill [ base64 split csplit expand
  unexpand shuf tsort factor numfmt'
mkdir -p "$root"/{usr/bin,usr/sbin,usr/lib,usr/lib64,etc,tmp,var/tmp,root,dev,proc,home}
for dir in bin sbin lib lib64; do ln -s "usr/$dir" "$root/$dir"; done
for tool in $tools; do
  path=$(type -P "$tool" || true); [ -n "$path" ] || continue
  cp -L "$path" "$root/usr/bin/$tool"
  ldd "$path" 2> /dev/null | grep -o '/[^ ]*' | while read -r lib; do
    mkdir -p "$root/${lib%/*}"; cp -Ln "$lib" "$root/$lib"
  done
done
for lib in /lib/x86_64-linux-gnu/libnss_files.so.2; do [ ! -e "$lib" ] || cp -Ln "$lib" "$root/$lib"; done
printf 'root:x:0:0:root:/root:/bin/bash\nbin:x:1:1:bin:/bin:/sbin/nologin\nbob:x:1000:1001:Bob,,:/home/bob:/bin/sh\n' > "$root/etc/passwd"
printf 'root:x:0:\nbin:x:1:\nadm:x:4:bob,bin\nwheel:x:10:bob\nbob:x:1001:\n' > "$root/etc/group"
printf 'root:*:19000:0:99999:7:::\nbob:!:19000::::::\n' > "$root/etc/shadow"; chmod 000 "$root/etc/shadow"
printf '127.0.0.1 localhost here\n' > "$root/etc/hosts"
printf 'passwd: files\ngroup: files\nshadow: files\nhosts: files\n' > "$root/etc/nsswitch.conf"
chmod 1777 "$root/tmp" "$root/var/tmp"
touch -h -d @1000000000 "$root"/etc/* "$root"/home "$root"/root
tar -C "$root" -cf "$work/real.tar" .
find "$root/usr/bin" -type f -exec sh -c 'for f; do printf "\177ELF" > "$f"; done' _ {} +
find "$root/usr/lib" "$root/usr/lib64" -type f -exec truncate -s 0 {} +
tar -C "$root" -cf "$work/judged.tar" .
rm -rf "$root"

prelude='t() { "$@" 2> /dev/null; echo "$? $*"; }; PATH=/usr/bin; export PATH LC_ALL=C.UTF-8 TZ=UTC; umask 022; cd /tmp'
# compared NAME : one script both ways
compared() {
  local name=$1 now; now=$(date +%s)
  mkdir -p "$root"; tar -C "$root" -xpf "$work/real.tar"
  mknod -m 666 "$root/dev/null" c 1 3; mknod -m 666 "$root/dev/zero" c 1 5; mknod -m 666 "$root/dev/urandom" c 1 9
  { echo "$prelude"; cat "$HERE/commands/$name.sh"; } > "$work/$name.script"; cp "$work/$name.script" "$root/dev/script"
  ln -s /proc/self/fd "$root/dev/fd"; ln -s /proc/self/fd/0 "$root/dev/stdin"; mount -t proc proc "$root/proc"
  timeout 60 chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/bin LC_ALL=C.UTF-8 TZ=UTC /bin/bash /dev/script < /dev/null > "$work/$name.real" 2> "$work/$name.real.err"
  echo "end $?" >> "$work/$name.real"
  umount "$root/proc"
  "$HERE/scriptlet_tree.py" real "$root" "$now" > "$work/$name.real.tree"
  rm -rf "$root"
  timeout 60 "$judge" --epoch "$now" --log --dump "$work/$name.dump" "$work/judged.tar" /bin/bash "$work/$name.script" > "$work/$name.judged" 2> "$work/$name.judged.err"
  echo "end $?" >> "$work/$name.judged"
  "$HERE/scriptlet_tree.py" judged "$work/$name.dump" "$now" > "$work/$name.judged.tree"
  diff -a -U2 --label real --label drydock "$work/$name.real" "$work/$name.judged" && diff -a -U0 --label real --label drydock "$work/$name.real.tree" "$work/$name.judged.tree"
}
for script in "$HERE"/commands/${COMMANDS:-*}.sh; do
  name=$(basename "$script" .sh)
  check "$name: $(grep -cE '(^|[|;] *)t ' "$script") commands, their output and what they leave" compared "$name"
done
finish
