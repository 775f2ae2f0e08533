# members alone
put usr/lib/sysusers.d/a.conf <<'E'
u a - "uml"
m bin wheel
m aaa wheel
E
# ---
t systemd-sysusers
