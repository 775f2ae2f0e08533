#!/bin/bash
# Every package given (files or directories of them) is read to its end, digests and all, and its file list compared
# with rpm's. Needs rpm and `cargo build --example rpm-judge`; JUDGE names the binary.
#   tests/conformance/rpm-files.sh PATH…
set -u
JUDGE=${JUDGE:-${CARGO_TARGET_DIR:-target}/debug/examples/rpm-judge}
FORMAT='[%{FILENAMES}|%{FILEMODES:octal}|%{LONGFILESIZES}|%{FILEMTIMES}|%{FILEUSERNAME}|%{FILEGROUPNAME}|%{FILEFLAGS}|%{FILEDIGESTS}|%{FILELINKTOS}|%{FILERDEVS}|%{FILEINODES}|%{FILELANGS}|%{FILECOLORS}\n]'
same=0 bad=0 total=0
while IFS= read -r p; do
  total=$((total + 1))
  ours=$("$JUDGE" files "$p") || { echo "$p: $ours" | tail -1; bad=$((bad + 1)); continue; }
  theirs=$(rpm -qp --nosignature --qf "$FORMAT" "$p" 2>/dev/null | sed 's/|(none)$/|0/; s/(none)//g') # tags the package lacks
  if [ "$(tail -n +2 <<<"$ours")" = "$theirs" ]; then same=$((same + 1)); else
    bad=$((bad + 1)); echo "$p: file lists differ"; diff <(tail -n +2 <<<"$ours") <(echo "$theirs") | head -4; fi
done < <(find "$@" -type f \( -name '*.rpm' -o -name '*.rpm-v3' \) ! -name '*corrupted*' | sort)
echo "$same of $total packages as rpm reads them"
[ "$bad" = 0 ]
