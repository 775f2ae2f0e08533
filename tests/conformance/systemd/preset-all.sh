# preset-all
units
mkdir -p usr/lib/systemd/system; ln -s nowhere.service usr/lib/systemd/system/dangling.service
# ---
t systemctl enable b
t systemctl preset-all
