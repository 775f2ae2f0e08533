#!/bin/bash
# serve.sh up|down DIR : the servers around DIR/cdn: a registry, one that asks for a password, and the CDN over HTTP and over TLS that
# demands a client certificate. Free ports, all on 127.0.0.1; names in DIR/servers.env. Conformance and bench share it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cmd=$1; dir=$(mkdir -p "$2" && cd "$2" && pwd); cd "$dir"; mkdir -p cdn servers ca entitlement-ca registry
serial=4242424242424242424

alive() { [ -s "servers/$1.pid" ] && kill -0 "$(cat "servers/$1.pid")" 2> /dev/null; }

certificates() {
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/O=Drydock/CN=Test CA' -keyout ca/ca.key -out ca/ca.pem 2> /dev/null
  issue() { # NAME SUBJECT EXTENSIONS SERIAL
    openssl req -newkey rsa:2048 -nodes -subj "$2" -keyout "ca/$1.key" -out "ca/$1.csr" 2> /dev/null
    openssl x509 -req -in "ca/$1.csr" -CA ca/ca.pem -CAkey ca/ca.key -set_serial "$4" -days 825 -extfile <(printf '%s\n' "$3") -out "ca/$1.pem" 2> /dev/null
  }
  issue server '/O=Drydock/CN=localhost' $'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth' 1001
  "$here/entitlement.py" ca entitlement; cp ca/ca.pem entitlement-ca/redhat-uep.pem
}

configure() {
  local ports; read -ra ports <<< "$(python3 -c 'import socket
s = [socket.socket() for _ in range(4)]
for x in s: x.bind(("127.0.0.1", 0))
print(*[x.getsockname()[1] for x in s])')"
  htpasswd -Bbn drydock sesame > servers/htpasswd
  registry() { printf 'version: 0.1\nlog: {level: warn, accesslog: {disabled: false}}\nstorage: {filesystem: {rootdirectory: %s/registry}, delete: {enabled: true}}\nhttp: {addr: "127.0.0.1:%s"}\n' "$dir" "$1"; }
  registry "${ports[0]}" > servers/registry.yml
  { registry "${ports[1]}"; printf 'auth: {htpasswd: {realm: drydock, path: %s/servers/htpasswd}}\n' "$dir"; } > servers/registry-auth.yml
  cat > servers/nginx.conf <<N
user root; worker_processes 2; pid $dir/servers/nginx.pid; error_log $dir/servers/nginx-error.log;
events { worker_connections 512; }
http {
  access_log $dir/servers/nginx-access.log; sendfile on; tcp_nopush on; keepalive_requests 100000;
  client_body_temp_path $dir/servers/b; proxy_temp_path $dir/servers/p; fastcgi_temp_path $dir/servers/f; uwsgi_temp_path $dir/servers/u; scgi_temp_path $dir/servers/s;
  server { listen 127.0.0.1:${ports[2]}; root $dir/cdn; location /forbidden/ { return 403; } location /unauthorized/ { return 401; } }
  server { listen 127.0.0.1:${ports[3]} ssl; root $dir/cdn; server_name localhost;
    ssl_certificate $dir/ca/server.pem; ssl_certificate_key $dir/ca/server.key; ssl_client_certificate $dir/ca/ca.pem; ssl_verify_client on; }
}
N
  cat > servers.env <<N
REG=127.0.0.1:${ports[0]}
REG_AUTH=127.0.0.1:${ports[1]}
CDN_HTTP=http://127.0.0.1:${ports[2]}
CDN_HTTPS=https://127.0.0.1:${ports[3]}
CERT=$dir/entitlement/$serial.pem
KEY=$dir/entitlement/$serial-key.pem
CA=$dir/entitlement-ca/redhat-uep.pem
N
}

start_registry() { # NAME
  alive "$1" && return 0
  OTEL_TRACES_EXPORTER=none setsid docker-registry serve "servers/$1.yml" > "servers/$1.log" 2>&1 < /dev/null &
  echo $! > "servers/$1.pid"
}

case $cmd in
up)
  [ -d entitlement-bad ] || certificates
  if ! { alive registry && alive registry-auth && alive nginx; }; then "$0" down "$dir"; configure; fi     # ports are new at every start
  start_registry registry; start_registry registry-auth; alive nginx || nginx -c "$dir/servers/nginx.conf"
  # shellcheck source=/dev/null
  . ./servers.env
  for _ in $(seq 100); do curl -fs "http://$REG/v2/" > /dev/null && curl -s "http://$REG_AUTH/v2/" > /dev/null && curl -sI "$CDN_HTTP/" > /dev/null && break; sleep 0.1; done
  curl -fs "http://$REG/v2/" > /dev/null || { echo "the registry does not answer"; tail -5 servers/registry.log; exit 1; }
  echo "registry $REG, CDN $CDN_HTTPS" ;;
down)
  for n in nginx registry registry-auth; do if alive $n; then kill "$(cat servers/$n.pid)"; fi; rm -f servers/$n.pid; done ;;
*) echo "usage: $0 up|down DIR" >&2; exit 2 ;;
esac
