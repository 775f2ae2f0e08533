# which preset file wins
units
put etc/systemd/system-preset/90-default.preset <<'E'
disable a.service
E
put etc/systemd/system-preset/10-x.preset <<'E'
# c
enable b.*
E
# ---
t systemctl preset a b
