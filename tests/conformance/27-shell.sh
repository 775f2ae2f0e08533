# The shell of scriptlets against the real bash: each script of shell/, run as bash and as sh in a chroot, and by scriptlet-judge over
# the same tree. Standard output, exit status and what is left below /w must be the same.
. "$(dirname "$0")/lib.sh"
JUDGE=${JUDGE%/*}/scriptlet-judge
need "$JUDGE"
while IFS= read -r line; do
  case $line in
    "ok "*) ok "${line#ok }" ;;
    "FAIL "*) fail "${line#FAIL }" ;;
    *) echo "     $line" ;;
  esac
done < <("$HERE/shell_compare.py" "$JUDGE" "$RUN/shell" "$HERE"/shell/*.sh 2>&1 || echo "FAIL shell_compare.py ended early")
finish
