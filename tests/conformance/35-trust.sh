# trust extract against p11-kit's, byte for byte: every format, over stores of odd certificates and this machine's Mozilla ones.
# With several files in a directory p11-kit takes the order the file system has, so there is one in each here.
. "$(dirname "$0")/lib.sh"
. "$HERE/tools.sh"
command -v trust > /dev/null || { skip "p11-kit is not here"; finish; }
certs=$(mktemp -d); trap 'rm -rf "$certs"' EXIT; export certs

# new NAME SUBJECT [OPTION...] : a self-signed certificate
new() { local name=$1 subject=$2; shift 2; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$certs/key" -out "$certs/$name.pem" -utf8 -subj "$subject" -days 3650 "$@" 2> /dev/null; }
make_certs() {
  new ca '/C=DE/O=Örg  Double Space/CN=My Test CA' && new ee /CN=end.entity -addext basicConstraints=critical,CA:FALSE && new bad '/CN=Bad One' &&
    new eku '/OU=Only OU/O=x' -addext extendedKeyUsage=emailProtection,codeSigning && new t0 '/CN=Trusted One' &&
    openssl req -new -newkey rsa:2048 -nodes -keyout "$certs/v1.key" -out "$certs/v1.csr" -subj '/O=V1 Org/L=Town' 2> /dev/null &&
    openssl x509 -req -in "$certs/v1.csr" -signkey "$certs/v1.key" -out "$certs/v1.pem" -days 3650 2> /dev/null &&
    openssl x509 -in "$certs/t0.pem" -addtrust serverAuth -addtrust emailProtection -addtrust codeSigning -addtrust clientAuth -addreject timeStamping -addreject OCSPSigning \
      -setalias 'Alias Ünder' -trustout -out "$certs/t1.pem" &&
    openssl x509 -in "$certs/eku.pem" -addreject serverAuth -addreject emailProtection -trustout -out "$certs/t2.pem" &&
    openssl x509 -in "$certs/v1.pem" -trustout -out "$certs/t3.pem" && openssl x509 -in "$certs/ca.pem" -outform der -out "$certs/ca.der"
}
# A store as Red Hat's: labels, purposes beside some certificates, one that is distrusted
make_bundle() {
  local file n=0 usages
  for file in /usr/share/ca-certificates/mozilla/*.crt; do
    n=$((n + 1)); printf '[p11-kit-object-v1]\nlabel: "%s"\ntrusted: true\nnss-mozilla-ca-policy: true\nmodifiable: false\n' "$(basename "$file" .crt | sed 's/_/%20/g')"; cat "$file"
    [ $((n % 3)) = 0 ] || continue
    usages='0%16%06%03U%1d%25%01%01%ff%04%0c0%0a%06%08%2b%06%01%05%05%07%03%04'
    [ $((n % 2)) = 0 ] || usages='0%2a%06%03U%1d%25%01%01%ff%04%200%1e%06%08%2b%06%01%05%05%07%03%04%06%08%2b%06%01%05%05%07%03%01%06%08%2b%06%01%05%05%07%03%03'
    printf '[p11-kit-object-v1]\nlabel: "x"\nclass: x-certificate-extension\nobject-id: 2.5.29.37\nvalue: "%s"\nmodifiable: false\n' "$usages"; openssl x509 -in "$file" -pubkey -noout
  done
  printf '[p11-kit-object-v1]\nlabel: "Distrusted"\nx-distrusted: true\nmodifiable: false\n'; cat "$certs/bad.pem"
}
check "certificates" make_certs
make_bundle > "$certs/bundle.p11-kit"
base() {
  place etc/pki/ca-trust/source/anchors 755 0:0; place usr/share/pki/ca-trust-source/anchors 755 0:0; place out 755 0:0; echo ID=rhel | put etc/os-release
  printf "module: p11-kit-trust.so\npriority: 1\ntrust-policy: yes\nx-init-reserved: paths='/etc/pki/ca-trust/source:/usr/share/pki/ca-trust-source'\n" | put etc/trust.module
}
# Every case is a store; what is done with it is the same
for case in "$HERE"/trust/*.sh; do
  { cat "$case"; echo '# ---'; cat "$HERE/trust/extract"; } > "$certs/${case##*/}"
  check "$(basename "$case" .sh): $(grep -c '^t ' "$HERE/trust/extract") commands" compared "$certs/${case##*/}" trust p11-kit
done
finish
