# Lines as packages have them in their scriptlets, with the names changed
mkdir -p w/etc/pki/tls/certs w/usr/share/skel w/usr/src/kernels/{1.x,2.x}/inc w/var/lib/rpm w/usr/lib/sysimage; cd w
echo cert > etc/pki/tls/certs/ca-bundle.crt; echo a > usr/share/skel/.bashrc; echo b > usr/share/skel/.profile; for k in 1.x 2.x; do echo same > usr/src/kernels/$k/inc/a.h; echo $k > usr/src/kernels/$k/inc/b.h; done; touch var/lib/rpm/{Packages,Name}
[ -e etc/pki/tls/certs/ca-bundle.crt ] && [ ! -L etc/pki/tls/certs/ca-bundle.crt ] && t mv -f etc/pki/tls/certs/ca-bundle.crt etc/pki/tls/certs/ca-bundle.crt.rpmsave; t ln -sf ../../x/tls-ca-bundle.pem etc/pki/tls/certs/ca-bundle.crt; readlink etc/pki/tls/certs/ca-bundle.crt
FILE="$(readlink etc/nsswitch.conf || echo etc/nsswitch.conf)"; echo "$FILE"; [ "$(readlink -m etc/none/../x.conf)" = "$PWD/etc/x.conf" ] && echo same
rpmdb_files=$(find var/lib/rpm -maxdepth 1 -type f | sed 's|^var/lib/rpm/||g' | sort); for f in ${rpmdb_files[@]}; do t ln -sfr usr/lib/sysimage/$f var/lib/rpm/$f; readlink var/lib/rpm/$f; done
mkdir -p usr/lib/sysimage/rpm; rm -rf var/lib/rpm; t ln -sfr usr/lib/sysimage/rpm var/lib/rpm; readlink var/lib/rpm; touch var/lib/rpm/.migrated && ls -A usr/lib/sysimage/rpm
t cp -ndr --preserve=ownership,timestamps usr/share/skel/. etc/ || :; ls -A etc
(cd usr/src/kernels/2.x && find . -type f | sort | while read -r f; do cmp -s "$f" "../1.x/$f" && ln -f "../1.x/$f" "$f"; done); t stat -c '%h %n' usr/src/kernels/*/inc/*
getent group tss >/dev/null || echo groupadd tss; getent passwd bob >/dev/null && echo bob is there; getent passwd nobody 2>/dev/null | grep -v 'nobody:[x*]:65534' &>/dev/null || echo none
t install -D -m 0644 -o root -g bob /dev/stdin etc/app/conf.d/50-x.conf <<E
key = value
E
umask 077; tmp=$(mktemp /tmp/w/etc/fstab.XXXXXX) && { echo one; cat etc/app/conf.d/50-x.conf; } > "$tmp" && chmod --reference=etc/app/conf.d/50-x.conf "$tmp" && t mv -f "$tmp" etc/fstab > /dev/null; umask 022
dir=$(mktemp -d) && ( cd "$dir" && touch a b && tar --help > /dev/null 2>&1; ls ) && rm -rf -- "$dir"; [ -d "$dir" ] || echo gone
find etc -name '*.rpmsave' -print0 | xargs -0 -r rm -f; find etc -type d -exec chmod 0755 {} \; ; find etc -type f -exec chmod 0644 {} +; find . -xdev -type l ! -exec test -e {} \; -print | sort
for d in run/chrony tmp/.X11 var/log/app; do [ -d $d ] || mkdir -p $d && chown bob:bob $d && chmod 1770 $d || :; done; chmod u+rwX,g-w,o= -R var; chgrp -R adm var/log 2>/dev/null || :
test -f etc/shells || echo /bin/sh > etc/shells; for s in /bin/x /usr/bin/x; do grep -q "^$s$" etc/shells || echo $s >> etc/shells; done; cat etc/shells
[ -s etc/machine-id ] || { : > etc/machine-id; chmod 444 etc/machine-id; }; touch --no-create etc/none; touch -d @0 etc/machine-id; [ etc/shells -nt etc/machine-id ] && echo newer
if [ "$(uname -m)" = x86_64 ]; then mkdir -p lib64; ln -s /lib64/ld.so lib64/ld; fi; basename $(dirname $(realpath -m usr/lib/sysimage/none/x)); date -u -d @86400 +%Y%m%d; env -i PATH=/usr/bin sh -c 'echo ${HOME:-unset}'; nice -n 19 ionice -c3 echo quiet; timeout 60 sh -c 'exit 3' || echo $?
ls -1 usr/src/kernels | sort -V | tail -n1; ls -d usr/src/kernels/*/ | wc -l; du -sb usr/share/skel/.bashrc | cut -f1; id -u; [ $(id -u) -eq 0 ] && echo root; which sed awk | xargs -n1 basename; echo a b c | xargs -n1 | sort -r | tee letters | head -1
cp -a --backup=numbered letters etc/shells; cp -a --backup=numbered letters etc/shells; ls etc | grep shells; rm -f etc/shells.~*~; cp -pf etc/shells{,.bak}; mv etc/shells{.bak,}; rmdir --ignore-fail-on-non-empty -p usr/lib/sysimage/rpm 2>/dev/null; flock etc/.lock sh -c 'echo locked'; sync; : | logger -t x 2>/dev/null || :
cd ..
