# disable
units
mkdir -p usr/lib/systemd/system; ln -s nowhere.service usr/lib/systemd/system/dangling.service
# ---
t systemctl enable a b c t@.service t@z.service u@1.service also1
t systemctl disable b
t systemctl disable t@.service
t systemctl disable c
t systemctl disable u@1.service
t systemctl disable nosuch
t systemctl disable masked
t systemctl disable a also1
t systemctl --no-reload disable static
t systemctl disable dangling
