# anchors that are distrusted elsewhere
cat "$certs"/{ca,t1}.pem | put etc/pki/ca-trust/source/blocklist/b.pem
cat "$certs"/{ca,t0,v1}.pem | put etc/pki/ca-trust/source/anchors/b.pem
echo nothing here | put usr/share/pki/ca-trust-source/README
