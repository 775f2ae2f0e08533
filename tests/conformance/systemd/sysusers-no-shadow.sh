# no shadow files
put usr/lib/sysusers.d/a.conf <<'E'
u a 500
g b 501
m a b
E
rm etc/shadow
rm etc/gshadow
# ---
t systemd-sysusers
