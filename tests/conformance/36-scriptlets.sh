# Which scriptlets and triggers run, when, with what: packages that write it down (trace.spec), installed, upgraded, obsoleted and
# erased over one base by dnf in a chroot and by drydock. Both notes have to be the same, line for line.
. "$(dirname "$0")/lib.sh"
t=$RUN/scriptlets; rm -rf "$t"; mkdir -p "$t/base"

rpms() { # GENERATION -> $t/rpms/GENERATION
  rpmbuild -bb --quiet --target x86_64 --define "gen $1" --define "_topdir $t/top" --define "_rpmdir $t/rpms/$1" "$HERE/trace.spec"
}
for generation in 1 2; do check "packages of generation $generation" rpms $generation; done
check "a repository" createrepo_c -q "$t/rpms/2"
install_base() { # the shell first: scriptlets of the others want it
  local of_base=()
  rpm --root "$t/base" --nosignature -U "$t"/rpms/1/x86_64/{tools,rpm}-*.rpm || return
  for f in "$t"/rpms/1/x86_64/*.rpm; do case ${f##*/} in tools-* | rpm-*) ;; *) of_base+=("$f") ;; esac; done
  rpm --root "$t/base" --nosignature -U "${of_base[@]}" && [ -s "$t/base/var/log/trace" ] && rm "$t/base/var/log/trace"
}
check "the base" install_base
check "the base image" "$HERE/oci_image.py" pack "$t/oci" base "x86_64=$t/base"
base=$REG/${RUN_ID:-run}/scriptlets
check "the base in the registry" skopeo copy -q --all --dest-tls-verify=false "oci:$t/oci:base" "docker://$base:base"
base=$base@sha256:$(skopeo inspect --raw --tls-verify=false "docker://$base:base" | sha256sum | cut -d' ' -f1)

printf '[main]\ngpgcheck=0\nplugins=0\nreposdir=/dev/null\ncachedir=/var/cache/dnf\nbest=1\ninstall_weak_deps=0\nassumeyes=1\ntsflags=nodocs\nlogdir=/var/log\npersistdir=/var/lib/dnf\n[new]\nname=new\nbaseurl=file://%s\n' "$t/rpms/2" > "$t/dnf.conf"
# NAME PACKAGE... : dnf's and drydock's image of the base with these packages, and their notes
both() {
  local name=$1 list; shift
  list=$(printf '"%s", ' "$@")
  printf '[image]\narches = ["x86_64"]\n[packages]\ninstall = [%s]\ndocs = false\n' "${list%, }" > "$t/$name.toml"
  cp -a "$t/base" "$t/$name.dnf"
  check "$name: dnf" dnf -q -c "$t/dnf.conf" --installroot="$t/$name.dnf" --releasever=8 install "$@"
  check "$name: drydock" drydock build --recipe "$t/$name.toml" --base "$base" --plain-http "$REG" --cache "$t/cache" --lock "$t/$name.lock" --oci "$t/$name" \
    --progress none --repo "new=file://$t/rpms/2" --no-gpgcheck --strict-scriptlets --report "$t/$name.json"
  check "$name: unpacks" "$HERE/oci_image.py" unpack "$t/$name" x86_64 "$t/$name.drydock"
  check "$name: what ran, when, with what" diff "$t/$name.dnf/var/log/trace" "$t/$name.drydock/var/log/trace"
  check "$name: the order in the database" diff <(numbered "$t/$name.dnf") <(numbered "$t/$name.drydock")
  check "$name: every scriptlet is accounted for" jq -e '[.arches[].scriptlets[] | .outcome == "applied" or .outcome == "not-needed"] | length > 50 and all' "$t/$name.json"
}
numbered() { rpm --root "$1" -qa --qf '%{DBINSTANCE} %{NEVRA}\n' | sort -n; }
both upgrade up fresh second kernel-devel
both with-triggers up fresh second kernel-devel keeper

check "skip: drydock" drydock build --recipe "$t/upgrade.toml" --base "$base" --plain-http "$REG" --cache "$t/cache" --lock "$t/upgrade.lock" --oci "$t/skip" \
  --progress none --repo "new=file://$t/rpms/2" --no-gpgcheck --scriptlets skip --report "$t/skip.json"
check "skip: unpacks" "$HERE/oci_image.py" unpack "$t/skip" x86_64 "$t/skip.drydock"
check "skip: nothing ran" test ! -e "$t/skip.drydock/var/log/trace"
check "skip: the report says so" jq -e '.scriptlets_skipped and ([.arches[].scriptlets[] | .outcome] | index("not-run") != null)' "$t/skip.json"
finish
