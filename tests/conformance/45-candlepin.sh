# What drydock asks of a subscription service, against Candlepin's own description of it: prism (Stoplight) answers with the
# description's examples and refuses what does not fit. $DRYDOCK_CANDLEPIN_SPEC is candlepin-api-spec.yaml of
# candlepin/candlepin (api/, GPL-2.0: it is not kept here).
. "$(dirname "$0")/lib.sh"
spec=${DRYDOCK_CANDLEPIN_SPEC:-}
[ -f "$spec" ] || { skip "DRYDOCK_CANDLEPIN_SPEC names no description"; finish; }
prism=${PRISM:-$WORLD/prism/node_modules/.bin/prism}
[ -x "$prism" ] || npm install --silent --prefix "$WORLD/prism" @stoplight/prism-cli > "$WORLD/prism.log" 2>&1
[ -x "$prism" ] || { skip "prism cannot be had: $(tail -1 "$WORLD/prism.log")"; finish; }
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$prism" mock --errors --port "$port" "$spec" > "$RUN/prism.out" 2>&1 &
server=$!; trap 'kill $server 2> /dev/null' EXIT
for _ in $(seq 300); do curl -s "http://127.0.0.1:$port/status" > /dev/null && break; sleep 0.1; done
check "prism answers" curl -s "http://127.0.0.1:$port/status"
# replay FILE : every request as drydock makes it, as the judge example prints them: METHOD, PATH?QUERY, headers, body
replay() {
  local method path accept type body status bad=0 n=0
  while IFS=$'\t' read -r method path accept type body; do
    n=$((n + 1))
    set -- -s -o "$RUN/prism.body" -w '%{http_code}' -X "$method" -H "Accept: $accept"
    [ -z "$type" ] || set -- "$@" -H "Content-Type: $type" --data-binary "$body"
    status=$(curl "$@" "http://127.0.0.1:$port$path")
    case $status in 2??) ;; *) bad=1; echo "$method $path: $status $(head -c 600 "$RUN/prism.body")" ;; esac
  done < "$1"
  [ "$n" -ge 5 ] && [ "$bad" = 0 ]
}
"$(dirname "$(realpath "$JUDGE")")/candlepin-calls" > "$RUN/calls.tsv" || fail "no calls"
check "every call fits the description" replay "$RUN/calls.tsv"
# That the description is held to at all: without a body, and with facts that are no strings
sed -n 's/\t{.*$/\t{"facts": {"a": {"b": 1}}}/p' "$RUN/calls.tsv" | sed -n 1p > "$RUN/wrong.tsv"
refusing() { ! replay "$RUN/wrong.tsv" > "$RUN/wrong.out"; grep -q ': 4[0-9][0-9] ' "$RUN/wrong.out"; }
check "a body that does not fit is refused" refusing
finish
