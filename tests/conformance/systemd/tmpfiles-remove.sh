# --remove, --boot, --clean
put usr/lib/tmpfiles.d/a.conf <<'E'
d /var/a 0755 - - 10d
D /var/b 0755
r /etc/gone*
R /etc/gonedir
r! /etc/boot
d! /var/boot
r /etc/{p,q}x
E
printf %s x | put etc/gone1
printf %s x | put etc/gone2/x
printf %s x | put etc/gonedir/a
printf %s 1 | put var/b/x/y
printf %s x | put etc/boot
printf %s 1 | put etc/px
printf %s 2 | put etc/qx
# ---
t systemd-tmpfiles --remove
t systemd-tmpfiles --create --remove --boot
t systemd-tmpfiles --clean
t systemd-tmpfiles
