# standard input, --prefix, --replace
put usr/lib/tmpfiles.d/a.conf <<'E'
d /var/a
E
put usr/lib/tmpfiles.d/b.conf <<'E'
d /var/b
E
put usr/lib/tmpfiles.d/c.conf <<'E'
d /var/p/yes
d /var/p/no/x
d /var/other
E
mkdir -p etc/tmpfiles.d; ln -s /dev/null etc/tmpfiles.d/d.conf
put usr/lib/tmpfiles.d/d.conf <<'E'
d /var/hidden
E
put etc/tmpfiles.d/e.conf <<'E'
d /var/e1
E
put usr/lib/tmpfiles.d/e.conf <<'E'
d /var/e2
E
# ---
t systemd-tmpfiles --create b.conf
t systemd-tmpfiles --create --prefix=/var/p --exclude-prefix=/var/p/no c.conf
printf 'd /var/stdin\nbad\n' | t systemd-tmpfiles --create -
printf 'd /var/zz\n' | t systemd-tmpfiles --create --replace=/usr/lib/tmpfiles.d/zz.conf -
t systemd-tmpfiles --create nofile.conf
t systemd-tmpfiles --create /usr/lib/tmpfiles.d/c.conf
t systemd-tmpfiles --root=/ --create a.conf
