# every kind of line
put usr/lib/sysusers.d/a.conf <<'E'
u alpha - "Alpha user" /var/lib/alpha /bin/bash
g beta 300
u gamma 301 "Gamma, x"
m alpha beta
m alpha wheel
m delta epsilon
u zeta 302:beta - /z
u eta 303:304 - -
u theta -:beta "T"
g root 0
u root 0 "Super User" /root
u old -
r - 400-410
# c
u! iota 777
E
# ---
t systemd-sysusers
