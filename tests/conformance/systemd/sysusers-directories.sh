# which directory wins
put usr/lib/sysusers.d/a.conf <<'E'
u a 500
E
put etc/sysusers.d/a.conf <<'E'
u b 501
E
put run/sysusers.d/c.conf <<'E'
u c 502
E
put usr/lib/sysusers.d/c.conf <<'E'
u d 503
E
mkdir -p etc/sysusers.d; ln -s /dev/null etc/sysusers.d/e.conf
put usr/lib/sysusers.d/e.conf <<'E'
u e 504
E
put usr/lib/sysusers.d/f.txt <<'E'
u f 505
E
put usr/local/lib/sysusers.d/b.conf <<'E'
u g 506
E
# ---
t systemd-sysusers
