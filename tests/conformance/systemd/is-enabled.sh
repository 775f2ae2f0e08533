# is-enabled
units
# ---
o systemctl is-enabled a
t systemctl enable a b t@.service
o systemctl is-enabled a
o systemctl is-enabled b
o systemctl is-enabled c
o systemctl is-enabled static
o systemctl is-enabled masked
o systemctl is-enabled alias
o systemctl is-enabled nosuch
o systemctl is-enabled t@.service
o systemctl is-enabled t@def.service
o systemctl is-enabled t@q.service
o systemctl is-enabled only
o systemctl is-enabled bb
o systemctl is-enabled a c
