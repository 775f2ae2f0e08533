# subuid and subgid out of order
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
t useradd n2
t useradd -r s1
