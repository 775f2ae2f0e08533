# passwords in /etc/passwd
rm etc/shadow
rm etc/gshadow
# ---
t useradd -r s1
t useradd n1
