# anchors beside it: no authority, one twice, one for mail only
put usr/share/pki/ca-trust-source/ca-bundle.trust.p11-kit < "$certs/bundle.p11-kit"
cat "$certs"/{ca,ee,v1,eku,ca}.pem | put etc/pki/ca-trust/source/anchors/own.pem
