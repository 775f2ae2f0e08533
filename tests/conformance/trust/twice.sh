# in both stores
put etc/pki/ca-trust/source/anchors/d.pem < "$certs/ca.pem"
cat "$certs"/{ca,v1}.pem | put usr/share/pki/ca-trust-source/anchors/d.pem
