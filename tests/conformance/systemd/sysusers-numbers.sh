# numbers: taken, suggested, of files
put usr/lib/sysusers.d/a.conf <<'E'
u alpha -
g beta -
u gamma -
u bin 1
u games2 12 - - /bin/false
g mail2 12
u dup 500 "a"
u dup 501 "b"
g dup2 600
u dup2 601
u p1 /etc/skel/.bashrc
g p2 /var/spool/mail
u nogrp -:nonexist
u bad:name -
u %m -
u x%% -
u l1 997
u l2 995
E
# ---
t systemd-sysusers
