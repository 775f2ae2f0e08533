# The whole trip inside one process, on anybody's machine: no user, one directory, the same digest every time.
. "$(dirname "$0")/lib.sh"
demo() { "$HERE/sandbox.sh" "$RUN" timeout 120 bin/drydock demo > "$RUN/demo$1.txt"; }
check "drydock demo" demo 1
check "a second time" demo 2
check "a digest is printed" grep -Eq 'sha256:[0-9a-f]{64}' "$RUN/demo1.txt"
check "the same digest" same "$(grep -Eo 'sha256:[0-9a-f]{64}' "$RUN/demo1.txt" | tail -1)" "$(grep -Eo 'sha256:[0-9a-f]{64}' "$RUN/demo2.txt" | tail -1)"
finish
