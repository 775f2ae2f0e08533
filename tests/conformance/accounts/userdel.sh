# accounts, homes and groups go
put etc/subuid <<'E'
a:100000:65536
old:231072:65536
E
put etc/subgid <<'E'
old:300000:65536
a:100000:65536
E
# ---
t useradd n1
t userdel -r n1
t useradd -m n2
t userdel n2
t userdel old
t userdel nobody1
t userdel -f games
