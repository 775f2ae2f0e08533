# set-default, add-wants, link, revert, reenable
units
put opt/z.service <<'E'
[Unit]
Description=x
[Service]
ExecStart=/bin/true
[Install]
WantedBy=a.target
E
put etc/systemd/system/a.service.d/x.conf <<'E'
[Service]
E
put etc/systemd/system/a.service <<'E'
[Unit]
Description=x
[Service]
ExecStart=/bin/true
[Install]
WantedBy=own.target
E
# ---
o systemctl get-default
t systemctl set-default multi-user
o systemctl get-default
t systemctl set-default multi-user.target
t systemctl set-default nosuch
t systemctl set-default graphical.target
t systemctl add-wants multi-user.target a static
t systemctl add-requires multi-user.target b
t systemctl add-wants nosuch.target a
t systemctl link /opt/z.service
t systemctl enable /opt/z.service
t systemctl link /opt/nosuch.service
t systemctl disable z
t systemctl revert a
t systemctl reenable a
