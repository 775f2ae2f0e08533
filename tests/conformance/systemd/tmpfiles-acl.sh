# what ACLs leave in the mode
put usr/lib/tmpfiles.d/a.conf <<'E'
a /var/lib/a1 - - - - user:bin:rwx,group::r-x,d:group:mail:rwx
a+ /etc/a2 - - - - g:mail:rw
A+ /var/lib/tree - - - - g:mail:rwX
t /etc/a2 - - - - user.foo=bar
h /var/lib/a1 - - - - +C
E
place var/lib/a1 755 0:0
printf %s x | put etc/a2
printf %s x | put var/lib/tree/x
printf %s x | put var/lib/tree/y 755
# ---
t systemd-tmpfiles --create
