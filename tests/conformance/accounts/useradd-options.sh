# every option once
put etc/subuid <<'E'
a:100000:65536
old:231072:65536
E
put etc/subgid <<'E'
old:300000:65536
a:100000:65536
E
# ---
t useradd -e 2030-09-24 -f 5 n1
t useradd -p abc n2
t useradd -k /etc/default -m n3
t useradd -b /srv/x -m n4
t useradd -l -d /a/b/c -m n5
t useradd -K UID_MIN=5000 n6
t useradd -U n7
t useradd -U -g 100 n8
t useradd -m -M n9
t useradd -s foo n10
t useradd -d rel n11
t useradd -u -5 n12
t useradd -u x n13
t useradd -o n14
t useradd -c a:b n15
t useradd
t useradd a b
t useradd -D
t useradd -r -F n16
t useradd --system --no-create-home --home-dir /x --shell /bin/sh --uid 300 n17
t useradd -Z x n18
