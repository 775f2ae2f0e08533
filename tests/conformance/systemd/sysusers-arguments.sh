# standard input, --inline, --replace
put usr/lib/sysusers.d/a.conf <<'E'
u a 500
E
put usr/lib/sysusers.d/b.conf <<'E'
u q 700
E
# ---
printf 'u b 501\ng c 502\n' | t systemd-sysusers -
t systemd-sysusers --inline 'u d 503' 'm d wheel'
printf 'u a 600\nu e 504\n' | t systemd-sysusers --replace=/usr/lib/sysusers.d/zz.conf -
t systemd-sysusers a.conf
t systemd-sysusers --dry-run b.conf
t systemd-sysusers /usr/lib/sysusers.d/b.conf
t systemd-sysusers nofile.conf
t systemd-sysusers --root=/ b.conf
