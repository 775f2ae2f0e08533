# no files at all
put usr/lib/sysusers.d/a.conf <<'E'
u a 500
g b 501
E
rm etc/shadow
rm etc/gshadow
rm etc/passwd
rm etc/group
# ---
t systemd-sysusers
