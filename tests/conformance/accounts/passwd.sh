# locks, hashes and ages
# ---
t passwd -l games
t passwd -u games
t passwd -l bin
t passwd -d bin
t passwd -S bin
t passwd -x 90 -n 1 -w 3 -i 4 old
t passwd -e old
t passwd -l nobody1
printf 'bin:$6$abc\nold:x\n' | t chpasswd -e
printf 'nobody1:x\n' | t chpasswd -e
printf 'wheel:zz\n' | t chgpasswd -e
t chage -M 5 -m 1 -W 2 -I 3 -E 2030-01-01 -d 100 bin
t chage -E -1 bin
t chage -M 5 nobody1
