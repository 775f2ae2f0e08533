# files that are none
{ printf -- "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"; cat "$certs/ca.pem"; } | put etc/pki/ca-trust/source/anchors/x.pem
printf "[p11-kit-object-v1]\nbroken line\n" | put usr/share/pki/ca-trust-source/x.p11-kit
{ cat "$certs/v1.pem"; echo "-----BEGIN CERTIFICATE-----"; cat "$certs/ee.pem"; } | put usr/share/pki/ca-trust-source/anchors/y.pem
