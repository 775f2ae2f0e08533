# members that are there
put usr/lib/sysusers.d/a.conf <<'E'
m bin bin
m root mail
E
# ---
t systemd-sysusers
