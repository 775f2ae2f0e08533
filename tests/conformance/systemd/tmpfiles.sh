# every kind of line
put usr/lib/tmpfiles.d/a.conf <<'E'
d /var/lib/x 0750 bin mail
d /var/lib/y - - -
d /var/lib/deep/er/z 2775 mail -
f /etc/f1 0600 - - - hello\nworld\x41 %%
f /etc/f2 - - -
f+ /etc/f3 - - - - new
F /etc/f4 0644 - - - trunc
w /etc/f5 - - - - over
w+ /etc/f6 - - - - appended\n
w /etc/none - - - - x
L /etc/l1 - - - - /usr/x
L /etc/l2 - - - - ../y
L+ /etc/l3 - - - - new
L /etc/l4 - - - - new
L /etc/l5
L+ /etc/l6 - - - - x
C /etc/c1 - - - - /usr/share/c
C /etc/c2 0700 bin bin
C /etc/cd - - - - /usr/share/cd
C /etc/ce 0711 mail mail - /usr/share/cd
C /etc/cf - - - - /nonexist
p /var/lib/p1 0622 bin
c /var/lib/c1 0640 root mail - 1:3
b /var/lib/b1 - - - - 8:0
D /var/lib/D1 0700
v /var/lib/v1
q /var/lib/q1 0755
Q /var/lib/Q1
e /var/lib/e* 0700 bin bin
z /etc/z1 0600 mail mail
Z /var/lib/zz ~0750 mail mail
z /etc/z?x 0611
m /etc/m1 0755
x /var/lib/foo
X /var/lib/bar
r /etc/gone
R /etc/gonedir
E
printf %s oldlonger | put etc/f3
printf %s oldlonger | put etc/f4 600 1:1
printf %s 12345678 | put etc/f5
put etc/f6 <<'E'
first
E
mkdir -p etc; ln -s old etc/l3
mkdir -p etc; ln -s old etc/l4
printf %s x | put etc/l6/x
printf %s cc | put usr/share/c 640 1:12
printf %s fac | put usr/share/factory/etc/c2
printf %s x | put usr/share/cd/a/b 751 1:1
mkdir -p usr/share/cd; ln -s a usr/share/cd/l
place etc/cd 700 0:0
printf %s z | put etc/z1
put etc/z2x < /dev/null
put etc/z3x < /dev/null
printf %s x | put var/lib/zz/a 755
printf %s x | put var/lib/zz/b
place var/lib/zz/d 755 0:0
place var/lib/e1 755 0:0
printf %s file | put var/lib/e2
printf %s x | put etc/m1 600
printf %s x | put etc/gone
printf %s x | put etc/gonedir/a
# ---
t systemd-tmpfiles --create
