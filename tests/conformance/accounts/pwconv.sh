# into the shadow and back
put etc/passwd <<'E'
root:x:0:0:root:/root:/bin/bash
bin:zz:1:1:bin:/bin:/sbin/nologin
new::12:100:games:/usr/games:/sbin/nologin
E
put etc/group <<'E'
root:x:0:
new:pp:5:root,bin
E
put etc/shadow 400 < /dev/null
put etc/gshadow 400 < /dev/null
# ---
t pwconv
t grpconv
