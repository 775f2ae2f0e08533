# What becomes of files that are there already, by rpm's rules: small packages over small trees, installed, upgraded, obsoleted and
# erased by rpm itself and by drydock (rules/*.case, a few lines each). Trees, databases, file states and `rpm -Va` have to be the same;
# what rpm refuses drydock refuses. And 80 that chance made (SEED=N for others).
. "$(dirname "$0")/lib.sh"
JUDGE=$(dirname "$JUDGE")/install-judge
check "the judge is built" test -x "$JUDGE"
rm -rf "$RUN/rules"; mkdir -p "$RUN/rules"
"$HERE/rules_random.py" "${SEED:-1}" 80 > "$RUN/rules.random"
while IFS= read -r line; do
  case $line in
    ok\ *) ok "${line#ok }" ;;
    FAIL\ *) fail "${line#FAIL }" ;;
    *) echo "       $line" ;;
  esac
done < <(python3 "$HERE/rules.py" "$JUDGE" "$RUN/rules" "$HERE"/rules/*.case "$RUN/rules.random" 2>&1)
check "every case was judged" test "${passed:-0}" -gt 200
finish
