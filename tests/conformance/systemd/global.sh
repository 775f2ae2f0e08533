# --global
units
put usr/lib/systemd/user/g.service <<'E'
[Unit]
Description=x
[Service]
ExecStart=/bin/true
[Install]
WantedBy=default.target
E
put usr/lib/systemd/user/h.service <<'E'
[Unit]
Description=x
[Service]
ExecStart=/bin/true
[Install]
WantedBy=default.target
E
put usr/lib/systemd/user-preset/90-x.preset <<'E'
enable g.service
disable *
E
# ---
t systemctl --global enable g
t systemctl --global preset g h
t systemctl --global disable g
t systemctl --global preset-all
t systemctl --global is-enabled g
t systemctl --global mask h
