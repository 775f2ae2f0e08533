# a store of Red Hat's kind
put usr/share/pki/ca-trust-source/ca-bundle.trust.p11-kit < "$certs/bundle.p11-kit"
