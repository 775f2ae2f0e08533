# no preset files
units
rm usr/lib/systemd/system-preset/90-default.preset
# ---
t systemctl preset a b nosuch2
