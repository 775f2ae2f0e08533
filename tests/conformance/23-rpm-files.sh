# Every package is read to its end, digests and all, and its file list compared with rpm's. The packages: the fixtures, and those of
# rpm's own test suite where DRYDOCK_RPM_TESTS names a directory of them.
. "$(dirname "$0")/lib.sh"
FORMAT='[%{FILENAMES}|%{FILEMODES:octal}|%{LONGFILESIZES}|%{FILEMTIMES}|%{FILEUSERNAME}|%{FILEGROUPNAME}|%{FILEFLAGS}|%{FILEDIGESTS}|%{FILELINKTOS}|%{FILERDEVS}|%{FILEINODES}|%{FILELANGS}|%{FILECOLORS}\n]'
alike() {
  local p ours theirs seen=0 bad=0
  while IFS= read -r p; do
    seen=$((seen + 1))
    ours=$("$JUDGE" files "$p") || { echo "$p: $ours" | tail -1; bad=$((bad + 1)); continue; }
    theirs=$(rpm -qp --nosignature --qf "$FORMAT" "$p" 2> /dev/null | sed 's/|(none)$/|0/; s/(none)//g')      # tags the package lacks
    [ "$(tail -n +2 <<< "$ours")" = "$theirs" ] || { bad=$((bad + 1)); echo "$p: file lists differ"; diff <(tail -n +2 <<< "$ours") <(echo "$theirs") | head -4; }
  done < <(find "$@" -type f \( -name '*.rpm' -o -name '*.rpm-v3' \) ! -name '*corrupted*' ! -name 'fixture-dots*' | sort | awk -F/ '!seen[$NF]++')
  [ "$bad" = 0 ] && [ "$seen" -gt 0 ]
}
check "the fixtures, as rpm reads them" alike "$WORLD/cdn"
if [ -n "${DRYDOCK_RPM_TESTS:-}" ]; then check "rpm's own test packages" alike "$DRYDOCK_RPM_TESTS"; else skip "rpm's own test packages (DRYDOCK_RPM_TESTS)"; fi
finish
