# Keys and hashes that gpg makes, against the crypto policies: repository metadata signed by each.
. "$(dirname "$0")/lib.sh"
command -v gpg > /dev/null || { skip "gpg is not here"; finish; }
export GNUPGHOME=$RUN/gnupg; mkdir -p "$GNUPGHOME"; chmod 700 "$GNUPGHOME"
signed=$RUN/signed; mkdir -p "$signed"; cp -r "$WORLD/cdn/content/dist/rhel8/8.4/x86_64/rt/os/." "$signed"
key() { gpg --batch --quiet --passphrase '' --pinentry-mode loopback "${@:3}" --quick-gen-key "$1 <$1@example.org>" "$2" sign 0 2> /dev/null; gpg --armor --export "$1@example.org" > "$RUN/$1.asc"; }
check "gpg makes keys" eval 'key rsa2048 rsa2048; key rsa3072 rsa3072; key dsa2048 dsa2048; key ed25519 ed25519; key rsa1024 rsa1024; key dsa1024 dsa1024'
# sign KEY HASH : repomd.xml.asc anew
sign() { rm -f "$signed/repodata/repomd.xml.asc"; gpg --batch --quiet --allow-weak-digest-algos --digest-algo "$2" --local-user "$1@example.org" --armor --detach-sign "$signed/repodata/repomd.xml"; }
ask() { # KEY POLICY
  printf '[signed]\nname=signed\nbaseurl=file://%s\nrepo_gpgcheck=1\ngpgkey=file://%s\n' "$signed" "$RUN/$1.asc" > "$RUN/signed.repo"
  drydock resolve kernel-rt-core --arch x86_64 --no-best --repo-file "$RUN/signed.repo" --crypto-policy "$2" --cache "$RUN/cache-signed" --progress none
}
# judged KEY HASH POLICY yes|WORDS
judged() {
  sign "$1" "$2" || { skip "gpg does not sign with $1 and $2"; return; }
  case $4 in
  yes) out=$(ask "$1" "$3" 2>&1) || true
       if grep -q 'signature of repomd' <<< "$out"; then fail "$1 $2 under $3"; indent "$out" 5; else ok "$1 $2 under $3 is taken"; fi ;;
  *) refused 4 "$1 $2 under $3" "$4" ask "$1" "$3" ;;
  esac
}
judged rsa2048 SHA256 DEFAULT yes
judged ed25519 SHA512 DEFAULT yes
judged rsa3072 SHA256 FUTURE yes
judged rsa2048 SHA256 FUTURE 'RSA of 2048 bits.*FUTURE.*3072'
judged rsa3072 SHA224 FUTURE 'SHA224.*FUTURE.*SHA-256'
judged rsa2048 SHA1 DEFAULT 'SHA1.*DEFAULT of RHEL 9.*SHA-224'
judged rsa2048 SHA1 LEGACY yes
judged rsa2048 SHA1 DEFAULT:SHA1 yes
judged rsa2048 MD5 LEGACY 'MD5.*LEGACY'
judged rsa1024 SHA256 DEFAULT 'RSA of 1024 bits.*2048'
judged rsa1024 SHA256 LEGACY yes
judged dsa2048 SHA256 DEFAULT 'DSA of 2048 bits.*no DSA'
judged dsa1024 SHA256 LEGACY yes
judged dsa1024 SHA1 FIPS 'SHA1.*FIPS'
gpgconf --kill all 2> /dev/null
finish
