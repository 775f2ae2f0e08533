# lines that make no sense
put usr/lib/sysusers.d/a.conf <<'E'
u a -
u b -
E
put etc/passwd <<'E'
root:x:0:0::/:/bin/sh

# comment
broken
x:x:5:5
+
E
put etc/group <<'E'
root:x:0:
E
printf %s zzz | put etc/passwd- 600 1:1
# ---
t systemd-sysusers
