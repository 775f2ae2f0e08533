# accounts as scriptlets make them
# ---
t useradd -r s1
t useradd -r -M -d / -s /sbin/nologin -c 'Someé' s2
t useradd n1
t useradd -m n2
t useradd -r -g bin -G wheel,mail,users -c 'a b' s3
t useradd -u 1500 n3
t useradd -u 1500 n4
t useradd -o -u 1500 n5
t useradd -g nogrp n6
t useradd -g 100 n7
t useradd -N n8
t useradd -G nogrp n9
t useradd -M n10
t useradd n1
t useradd old
t useradd wheel
t useradd -r -u 59 -g wheel -d /dev/null -s /sbin/nologin tss
