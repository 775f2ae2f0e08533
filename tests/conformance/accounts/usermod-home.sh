# homes, mailboxes and ranges move
put etc/subuid <<'E'
a:100000:65536
old:231072:65536
E
put etc/subgid <<'E'
old:300000:65536
a:100000:65536
E
# ---
t useradd -m n1
t usermod -m -d /home/moved n1
t usermod -u 4000 n1
t usermod -g 100 n1
t usermod -l n2 n1
t usermod -v 500-600 n2
t usermod -V 100000-165535 n2
t usermod -w 5-6 -w 7-8 n2
t usermod -m -d /etc n2
