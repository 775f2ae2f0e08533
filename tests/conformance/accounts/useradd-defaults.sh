# useradd -D
# ---
t useradd -D -s /bin/sh
t useradd -D -b /srv -g 10
t useradd -D
t useradd n1
