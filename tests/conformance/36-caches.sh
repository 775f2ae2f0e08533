# Caches that triggers keep, byte for byte: the real tools in a chroot of a small tree, ours over the same tree as an archive.
. "$(dirname "$0")/lib.sh"
JUDGE=$(dirname "$JUDGE")/scriptlet-judge; need "$JUDGE"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

# chroot_with ROOT PROGRAM...: a tree in which these programs run
chroot_with() {
  local root=$1 program lib; shift; mkdir -p "$root"/{usr/bin,usr/sbin,usr/lib,usr/lib64,tmp,etc,dev}
  ln -sfn usr/bin "$root/bin"; ln -sfn usr/sbin "$root/sbin"; ln -sfn usr/lib "$root/lib"; ln -sfn usr/lib64 "$root/lib64"
  for program in bash "$@"; do
    cp "$(command -v "$program")" "$root/usr/bin/"
    for lib in $(ldd "$(command -v "$program")" | grep -o '/[^ ]*'); do mkdir -p "$root/${lib%/*}"; cp -n "$lib" "$root/$lib"; done
  done
}
# names ROOT [time], dumped FILE [time]: what a real tree and a dump hold, the same way; hardlinks by their first name, times on request
names() {
  (cd "$1" && find . -mindepth 1 -type f -printf "%i %P %04m ${2:+%T@}\n" | sort -k2 | while read -r inode name rest; do echo "$inode /$name $rest $(sha256sum < "$name" | cut -d' ' -f1)"; done) |
    awk '{ sub(/\.0+( |$)/, " ") } $1 in first { print $2, "hardlink", first[$1]; next } { first[$1] = $2; $1 = ""; print substr($0, 2) }' | sort
}
dumped() { awk -v time="${2:-}" '$2 == "file" { print $1, $3, (time ? $5 " " : "") substr($7, 8) } $2 == "hardlink"' "$1" | sort; }
# compare ROOT [-t] COMMAND...: the tree after both; with -t times count, too
compare() {
  local root=$1 time='' rc=0 ours=0; shift; if [ "$1" = -t ]; then time='mtime'; shift; fi
  rm -rf "$work/real"; cp -a "$root" "$work/real"; tar -C "$root" --numeric-owner --sort=name -cf "$work/root.tar" .
  [ -e "$work/real/dev/null" ] || mknod -m 666 "$work/real/dev/null" c 1 3
  chroot "$work/real" "$@" > "$work/out" 2> "$work/err" || rc=$?
  printf '%q ' "$@" > "$work/script"
  "$JUDGE" --dump "$work/dump" "$work/root.tar" bash "$work/script" > "$work/our-out" 2> "$work/our-err" || ours=$?
  same "$ours" "$rc" || { cat "$work/err" "$work/our-err"; return 1; }
  diff <(names "$work/real" "$time") <(dumped "$work/dump" "$time")
}

gconv=usr/lib/$(cc -dumpmachine)/gconv
iconv=$work/iconv; chroot_with "$iconv" iconvconfig; mkdir -p "$iconv/$gconv" "$iconv/odd/gconv-modules.d" "$iconv/big"
cp -a "/$gconv"/gconv-modules "/$gconv"/gconv-modules.d "$iconv/$gconv/" 2> /dev/null
printf 'alias a// B//\nmodule\tlong// b// FOO 2\nmodule b// long// FOO.so x\nmodule INTERNAL b// X\nmodule b// INTERNAL Y\nmodule b// c// Z\nmodule b// c// AGAIN\nmodule c// d// Z2 # comment\nalias x B//\nalias y x\nalias A// C//\nalias only\nmodule one two\n module xb// INTERNAL Q\nmodule INTERNAL c// Q\nmodule INTERNAL d// Q\nmodule INTERNAL long// Q\n' > "$iconv/odd/gconv-modules"
printf 'module INTERNAL e// E\nmodule e// INTERNAL E 3' > "$iconv/odd/gconv-modules.d/more.conf"; echo 'alias z e//' > "$iconv/odd/gconv-modules.d/other"
for n in $(seq 300); do echo "module INTERNAL N$((n * 7 % 311))// M$n"; echo "module N$((n * 7 % 311))// INTERNAL M$n"; echo "alias A$((n * 13 % 307)) N$((n * 7 % 311))//"; done > "$iconv/big/gconv-modules"
check "iconvconfig: the host's converters" compare "$iconv" iconvconfig
cp -a "$work/real" "$work/done"
check "iconvconfig over its own" compare "$work/done" iconvconfig
check "iconvconfig -o --nostdlib" compare "$iconv" iconvconfig -o /tmp/cache --nostdlib /odd/ /big
check "iconvconfig: more directories" compare "$iconv" iconvconfig --output=/tmp/cache /odd
check "iconvconfig: aliases of aliases, what is given twice" compare "$iconv" iconvconfig --nostdlib -o /tmp/cache /odd
check "iconvconfig: no configuration" compare "$iconv" iconvconfig -o /tmp/cache --nostdlib /nowhere
check "iconvconfig: no directory" compare "$iconv" iconvconfig --nostdlib

same=$work/same; chroot_with "$same" hardlink; mkdir -p "$same"/{a/x,b}
for f in a/one a/two a/x/three b/one b/four; do echo same > "$same/$f"; done; echo some > "$same/b/other"; : > "$same/a/empty"; : > "$same/b/empty"; seq 20000 | tee "$same/a/long" > "$same/b/long"
find "$same" -type f -exec touch -d @500 {} +; ln "$same/b/four" "$same/b/five"
touch -d @100 "$same"/a/one "$same/a/long"; touch -d @200 "$same/a/two" "$same/b/long"; touch -d @300 "$same/b/one"; touch -d @150 "$same/a/x/three"; touch -d @250 "$same/b/four"; chmod 600 "$same/b/one"
for options in "-c" "-t" "-p -t" "" "-c -O" "-c -M" "-c -m" "-c -f" "-c -s 10K" "-c -S 10K" "-c -x one" "-c -n" "-c -x . -i one"; do
  # shellcheck disable=SC2086
  check "hardlink $options" compare "$same" -t hardlink $options /a /b
done
check "hardlink -c of files" compare "$same" -t hardlink -c /a/one /b/one /missing
check "hardlink of nothing" compare "$same" hardlink -c

if ! command -v install-info > /dev/null; then skip "install-info is not here"; finish; fi
info=$work/info; chroot_with "$info" install-info gzip xz sh; mkdir -p "$info"/{m,d}
manual() { local file=$1; shift; { echo "This is $file"; printf '%s\n' "$@"; printf '\037\nFile: %s\n' "$file"; } > "$info/m/$file"; }
S=START-INFO-DIR-ENTRY E=END-INFO-DIR-ENTRY
manual foo.info "INFO-DIR-SECTION Basics" $S "* Foo: (foo).   A thing that does foo." "* foo run: (foo)run.   Running." $E
manual bar.info "INFO-DIR-SECTION Zeta" "INFO-DIR-SECTION Basics" $S "* Bar: (bar).		A thing with a description that is longer than what fits into one line, which" "   goes on here.  And on." $E
manual two.info "INFO-DIR-SECTION Alpha" $S "* two.conf: (two)two.conf Invocation.  Of two." $E "INFO-DIR-SECTION Individual utilities" $S "* ls: (two)ls invocation.     List." "* a-name-that-is-so-long-that-nothing-fits: (two)long.  Long.  Averyverylongwordthatcannotbebrokenanywhereatallbecauseithasnoblanksinitwhatsoeverandgoeson" $E
manual none.info "nothing"; manual nosection.info $S "* Lone: (nosection).  No section." $E; manual broken.info $S "* Broken: (broken).  Yes."
manual nodescription.info "INFO-DIR-SECTION Basics" $S "* None: (nodescription)." $E
cp "$info/m/foo.info" "$info/m/packed.info"; gzip -9n "$info/m/packed.info"; cp "$info/m/bar.info" "$info/m/pressed.info"; xz "$info/m/pressed.info"; : > "$info/m/empty.info"
find "$info" -type f -exec touch -d @500 {} +
check "install-info: a new directory" compare "$info" install-info /m/foo.info /d/dir
mknod -m 666 "$info/dev/null" c 1 3; chroot "$info" sh -c 'install-info /m/two.info /d/dir; install-info /m/foo.info /d/dir'
for call in "/m/bar.info /d/dir" "/m/foo.info /d/dir" "/m/two.info /d/dir" "/m/none.info /d/dir" "--quiet /m/none.info --info-dir=/d" "/m/nosection.info /d/dir" "--defsection=Mine /m/nosection.info /d/dir" \
  "/m/broken.info /d/dir" "/m/missing.info /d/dir" "/m/missing.info /d/other" "--dry-run /m/bar.info /d/dir" "--dry-run /m/bar.info /d/other" "/m/packed.info /d/dir" "/m/pressed.info.xz /d/dir" "/m/pressed /d/dir" "/m/empty.info /d/dir" \
  "--delete /m/foo.info /d/dir" "--delete /m/two.info /d/dir" "--remove --keep-old /m/foo.info /d/dir" "--delete /m/bar.info /d/dir" "--delete /m/foo.info /d/other" "--delete /m/missing.info /d/dir" "--remove-exactly foo /d/dir" "--remove-exactly foo.info /d/dir" \
  "--section=Basics /m/bar.info /d/dir" "--section=New --section=Alpha /m/two.info /d/dir" "--append-new-sections --section=Aaa /m/bar.info /d/dir" "--add-once /m/bar.info /d/dir" "--keep-old /m/foo.info /d/dir" "--no-indent /m/bar.info /d/dir" \
  "--align=20 --calign=10 --max-width=60 /m/bar.info /d/dir" "--entry=*_Mine:_(foo)._x --section=Basics /m/foo.info /d/dir" "--entry=*_Mine:_(none)._Is_it /m/none.info /d/dir" "/m/foo.info" "--nonsense" "-s Q -e *_Q:_(q)._Quick /m/none.info -D /d"; do
  mapfile -t words < <(tr ' _' '\n ' <<< "$call"); check "install-info ${words[*]}" compare "$info" install-info "${words[@]}"
done
# one call after the other, as transactions make them
manual case.info "INFO-DIR-SECTION Basics" $S "* zebra: (case)zebra.  Z." "* Apple: (case)apple.  A." "* apple pie: (case)pie.  P." "* Foo: (case)foo.  Another foo." $E
manual twice.info "INFO-DIR-SECTION Basics" "INFO-DIR-SECTION Other" $S "* Twice: (twice).  In two." "* Once: (twice)once.  And more." $E "INFO-DIR-SECTION Alpha" $S "* Twice: (twice).  A third time." $E
n=0; while read -r -a manuals; do
  n=$((n + 1)); : > "$work/calls"
  for manual in "${manuals[@]}"; do case $manual in -*) echo "install-info --delete /m/${manual#-}.info /d/new" ;; *) echo "install-info /m/$manual.info /d/new" ;; esac >> "$work/calls"; done
  check "install-info, one after the other: ${manuals[*]}" compare "$info" sh -c "$(tr '\n' ';' < "$work/calls")"
done << 'L'
foo foo foo
foo bar two nosection
two bar foo two bar foo
bar case foo
case foo case foo
foo case -foo -case
twice two twice -two twice
twice foo -twice foo twice case
nosection twice -nosection nosection
two -two bar -bar two
L
finish
