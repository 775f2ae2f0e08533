# what openssl trusts, as it says
cat "$certs"/{t1,t2,t3,ca}.pem | put etc/pki/ca-trust/source/t.pem
