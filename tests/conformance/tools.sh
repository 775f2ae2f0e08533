# shellcheck shell=bash
# Sourced by the checks of tools that scriptlets call: a script, run by bash with this machine's tools over a small root, and by
# drydock over the same tree. Statuses, what is printed, and every path left must be the same; times of directories are not compared.
#   DIR/NAME.sh    up to the line `# ---`: makes the root, in the root, after base(); the rest is the script:
#                  `t COMMAND...` runs one and tells its status, `o COMMAND...` tells what it prints too
# shellcheck disable=SC2153 # run.sh gives it
judge=$(dirname "$JUDGE")/scriptlet-judge; need "$judge"

# put PATH [MODE [OWNER]] : a file out of standard input
put() { mkdir -p "$(dirname "$1")" && cat > "$1" && chown "${3:-0:0}" "$1" && chmod "${2:-644}" "$1"; }
# place PATH MODE OWNER : a directory
place() { mkdir -p "$1" && chown "$3" "$1" && chmod "$2" "$1"; }

# compared FILE TOOL... : one script both ways; the tree has the tools' names, the real run this machine's programs over them
compared() {
  local file=$1 w root now dir tool status=0; shift
  w=$(mktemp -d); root=$w/root; mkdir -p "$root"/{usr/bin,usr/sbin,usr/lib/x86_64-linux-gnu/systemd,usr/lib64,dev,proc,etc,tmp,var/tmp}
  for dir in bin sbin lib lib64; do ln -s "usr/$dir" "$root/$dir"; done
  touch "$root"/usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-"$(systemctl --version | sed -n '1s/systemd \([0-9]*\).*/\1/p')".so
  for tool in bash "$@"; do printf '\177ELF' > "$root/usr/bin/$tool"; chmod 755 "$root/usr/bin/$tool"; done
  # shellcheck source=/dev/null
  (cd "$root" && base && sed '/^# ---$/,$d' "$file" > "$w/setup" && . "$w/setup") || return
  find "$root" -mindepth 1 -exec touch -h -d @1000000000 {} +
  tar -C "$root" --numeric-owner -cf "$w/root.tar" .
  { echo 't() { "$@" > /dev/null 2>&1; echo "$? $*"; }; o() { "$@" 2> /dev/null; echo "$? $*"; }'; sed '1,/^# ---$/d' "$file"; } > "$w/script"
  now=$(date +%s)
  # shellcheck disable=SC2016
  timeout 120 unshare -m bash -c 'cd "$1" && for d in usr/bin usr/sbin usr/lib/x86_64-linux-gnu usr/lib64; do mount --bind "/$d" "$d" || exit; done
    mount -t proc proc proc; mount --bind /dev dev
    [ ! -e etc/trust.module ] || { mkdir -p usr/share/p11-kit/modules && cp etc/trust.module usr/share/p11-kit/modules/p11-kit-trust.module; }
    exec chroot . /usr/bin/env -i PATH=/usr/sbin:/usr/bin HOME=/root LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH="$2" P11_KIT_NO_USER_CONFIG=1 /usr/bin/bash -c "$(cat "$3")"' \
    _ "$root" "$now" "$w/script" < /dev/null > "$w/real" 2> "$w/real.err"; echo "end $?" >> "$w/real"
  "$HERE/scriptlet_tree.py" real "$root" "$now" > "$w/real.tree"
  timeout 120 "$judge" --epoch "$now" --log --dump "$w/dump" "$w/root.tar" /usr/bin/bash "$w/script" > "$w/ours" 2> "$w/ours.err"; echo "end $?" >> "$w/ours"
  "$HERE/scriptlet_tree.py" judged "$w/dump" "$now" > "$w/ours.tree"
  diff -a -U2 --label real --label drydock "$w/real" "$w/ours" && diff -a -U0 --label real --label drydock "$w/real.tree" "$w/ours.tree" || status=1
  rm -rf "$w"; return $status
}
# compare_all DIR TOOL... : every script of a directory
compare_all() {
  local dir=$HERE/$1 file; shift
  for file in "$dir"/${CASES:-*}.sh; do
    check "$(basename "$file" .sh): $(grep -cE '^[to] |; [to] ' "$file") commands" compared "$file" "$@"
  done
}
