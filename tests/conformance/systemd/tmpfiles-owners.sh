# parents, owners of parents, = and : and ~
put usr/lib/tmpfiles.d/a.conf <<'E'
d /var/c/x/y 0700 bin
d /var/c/x 0755 mail
d /var/c/x/y/z 0755 root
f /var/c/x/f 0644 root
d /var/c2 0755 mail
d /var/c2/d 0755 mail mail
f /var/c2/d/f - mail
f= /var/lib/isdir - - - - now
d= /var/lib/isfile
L= /var/lib/isdir2 - - - - t
d- /etc/passwd/x
d /etc/passwd/y
f~ /etc/b64 - - - - aGVsbG8=
d :0700 :0700
d /var/m1 :0700 :bin :bin
d /var/m2 :0700 :bin :bin
d /var/m3 ~0777 bin
E
printf %s x | put var/lib/isdir/x
printf %s x | put var/lib/isfile
printf %s x | put var/lib/isdir2/z
place var/m2 755 0:0
place var/m3 500 0:0
# ---
t systemd-tmpfiles --create
