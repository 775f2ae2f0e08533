# lines that are wrong, and names with blanks
put usr/lib/tmpfiles.d/a.conf <<'E'
d /var/ok
bad /var/x
d relative
d /var/ok2 0999
d /var/ok3 - nosuchuser
d /var/ok4 - - nosuchgroup
f /var/ok5 - - - - "quoted arg"
d "/var/with space"
d /var/%%pct
d /var/%m
d /var/%o-%w
d /var/dup 0700
d /var/dup 0711
z /var/dup 0733
w /etc/x
d /var/trail/
d //var//double///slash
d /var/a/b/c 0700 bin bin
d /var/a 0711 mail
E
# ---
t systemd-tmpfiles --create
