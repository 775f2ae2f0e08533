# mask and unmask
units
printf %s x | put etc/systemd/system/own.service
mkdir -p etc/systemd/system; ln -s /x/y etc/systemd/system/lnk.service
mkdir -p etc/systemd/system; ln -s /x/y etc/systemd/system/lnk2.service
# ---
t systemctl mask a
t systemctl mask nosuch
t systemctl mask a
t systemctl unmask a
t systemctl unmask b
t systemctl mask own
t systemctl mask --force lnk
t systemctl mask lnk2
t systemctl enable a
t systemctl mask a
t systemctl unmask a nosuch
t systemctl mask bad/name
