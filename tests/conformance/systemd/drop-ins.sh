# [Install] in drop-ins
units
put usr/lib/systemd/system/x.service <<'E'
[Unit]
Description=x
[Service]
ExecStart=/bin/true
[Install]
WantedBy=a.target
E
put etc/systemd/system/x.service.d/o.conf <<'E'
[Install]
WantedBy=b.target
E
put usr/lib/systemd/system/y@.service <<'E'
[Unit]
Description=x
[Service]
ExecStart=/bin/true
[Install]
WantedBy=a.target
E
put etc/systemd/system/y@.service.d/o.conf <<'E'
[Install]
WantedBy=
WantedBy=%p-%i.target
E
# ---
t systemctl enable x
t systemctl enable y@1.service
