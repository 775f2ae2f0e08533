# what openssl trusts, as anchors
cat "$certs"/{t1,t2,t3}.pem | put etc/pki/ca-trust/source/anchors/t.pem
