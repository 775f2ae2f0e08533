# The whole trip inside one process, on anybody's machine: no user, one directory, the same digest every time.
. "$(dirname "$0")/lib.sh"
demo() { "$HERE/sandbox.sh" "$RUN" timeout 120 bin/drydock demo > "$RUN/demo$1.txt"; }
check "drydock demo" demo 1
check "a second time" demo 2
digest() { grep -Eo 'sha256:[0-9a-f]{64}' "$RUN/demo$1.txt" | tail -1; }
same_digest() { local a; a=$(digest 1) && same "$a" "$(digest 2)"; }
check "the same digest is printed" same_digest
finish
