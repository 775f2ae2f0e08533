# UID:GROUP
put usr/lib/sysusers.d/a.conf <<'E'
u a -:b
g b 800
u c 900:b
u d 0
u e 65536
E
# ---
t systemd-sysusers
