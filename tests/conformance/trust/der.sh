# one without armour
put etc/pki/ca-trust/source/anchors/ca.crt < "$certs/ca.der"
put usr/share/pki/ca-trust-source/ca.pem < "$certs/ca.pem"
