# neither login.defs nor defaults
rm etc/login.defs
rm etc/default/useradd
# ---
t useradd -r s1
t useradd n1
