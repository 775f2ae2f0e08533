# hardly a number is left
for n in $(seq 201 998); do echo "u$n:x:$n:0::/:/bin/sh"; done | put etc/passwd
for n in $(seq 201 399) $(seq 401 989); do echo "u$n:x:$n:"; done | sed '1i root:x:0:' | put etc/group
# ---
t useradd -r s1
t useradd -r s2
t groupadd -r g1
