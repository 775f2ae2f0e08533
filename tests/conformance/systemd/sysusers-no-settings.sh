# no login.defs
put usr/lib/sysusers.d/a.conf <<'E'
u a -
g b -
u c -
E
rm etc/login.defs
# ---
t systemd-sysusers
