# Content labels: what a certificate grants decides, and says so.
. "$(dirname "$0")/lib.sh"
need "$RUN/drydock.lock"
entitled() { # CERTIFICATE: lock the built-in recipe with that one
  local bad=$WORLD/entitlement-bad/$1; shift
  drydock lock "${TOOLKIT[@]/#in\/cert.pem*/$bad.pem,$bad-key.pem}" --arch x86_64 --cache cache --lock "labels.lock" --progress none "$@"
}
check "without the rt subscription" entitled no-rt
check "…the rt kernel is left out, nothing else" diff <(locked x86_64 name | grep -v '^kernel-rt\|^rt-') <(LOCK=$RUN/labels.lock locked x86_64 name)
rm -f "$RUN/labels.lock"
refused 5 "an expired certificate" 'expired on 20' entitled expired
refused 5 "a certificate that is not valid yet" 'not valid before 20' entitled early
refused 2 "a certificate that grants other content" 'rhel-8-for-x86_64-baseos-rpms' entitled other
check "none of these wrote a lock" test ! -e "$RUN/labels.lock"
finish
