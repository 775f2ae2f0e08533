# enable
units
mkdir -p usr/lib/systemd/system; ln -s nowhere.service usr/lib/systemd/system/dangling.service
# ---
t systemctl enable a
t systemctl enable a.service
t systemctl enable b c
t systemctl enable static
t systemctl enable nosuch
t systemctl enable masked
t systemctl enable alias
t systemctl enable dangling
t systemctl enable t@.service
t systemctl enable t@i1.service t@i2.service
t systemctl enable u@.service
t systemctl enable u@1.service
t systemctl enable w@q.service
t systemctl enable only
t systemctl enable mempty
t systemctl enable up
t systemctl enable reset
t systemctl enable badalias
t systemctl enable tmpl2@.service
t systemctl enable a nosuch
t systemctl enable /usr/lib/systemd/system/also1.service
t systemctl enable
