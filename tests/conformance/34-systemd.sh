# systemd-sysusers, systemd-tmpfiles and systemctl against this machine's, in a chroot. Left out: verbs that want a manager (a chroot
# may or may not be known as one, and they end with 0 or 1), %v and %b (this machine's), what tmpfiles makes in /run and /tmp.
. "$(dirname "$0")/lib.sh"
. "$HERE/tools.sh"

base() {
  printf '%s\n' 'root:x:0:0:root:/root:/bin/bash' 'bin:x:1:1:bin:/bin:/sbin/nologin' 'old:x:997:995::/home/old:/bin/sh' +nis | put etc/passwd
  printf '%s\n' root:x:0: bin:x:1: mail:x:12:old wheel:x:10:root,old users:x:100: old:x:995: | put etc/group
  printf '%s\n' 'root:!locked::0:99999:7:::' 'bin:*:18000:0:99999:7:::' 'old:!!:18000::::::' | put etc/shadow 000
  printf '%s\n' root::: bin::: mail:::old 'wheel:!:old:root,old' users::: 'old:!::' | put etc/gshadow 640 0:42
  printf '%s\n' 'SYS_UID_MIN 201' 'SYS_UID_MAX 999' 'SYS_GID_MAX 999' | put etc/login.defs
  echo ID=debian | put etc/os-release; printf '%s: files\n' passwd group shadow gshadow | put etc/nsswitch.conf
  place var/lib 755 0:0; echo rc | put etc/skel/.bashrc 644 0:0; place var/spool/mail 775 0:12
}
# unit NAME LINE... : a unit with that [Install]
unit() { local at=$1; shift; { printf '[Unit]\nDescription=x\n[Service]\nExecStart=/bin/true\n[Install]\n'; printf '%s\n' "$@"; } | put "${DIR:-usr/lib/systemd/system}/$at"; }
units() {
  unit a.service WantedBy=multi-user.target; unit c.service 'Also=d.socket nosuch.service' WantedBy=x.target; unit d.socket WantedBy=sockets.target
  unit b.service 'WantedBy=multi-user.target graphical.target' RequiredBy=r.target 'Alias=bb.service bbb.service'
  unit t@.service WantedBy=multi-user.target DefaultInstance=def; unit u@.service WantedBy=multi-user.target Alias=v@.service
  unit w@.service 'WantedBy=w-%i.target foo@%i.target'; unit only.service Also=a.service; unit also1.service Also=also2.service
  unit also2.service 'WantedBy=a.target \' '  b.target'; unit reset.service WantedBy=a.target WantedBy= WantedBy=b.target
  unit badalias.service Alias=x.socket WantedBy=a.target; unit tmpl2@.service WantedBy=a.target; unit up.service UpheldBy=a.target
  local target; for target in multi-user graphical sockets; do echo '[Unit]' | put "usr/lib/systemd/system/$target.target"; done
  echo '[Unit]' | put usr/lib/systemd/system/static.service; put usr/lib/systemd/system/mempty.service < /dev/null
  ln -s b.service usr/lib/systemd/system/alias.service; ln -s /dev/null usr/lib/systemd/system/masked.service
  ln -s graphical.target usr/lib/systemd/system/default.target
  printf '%s\n' 'enable a.service' 'enable t@.service x y' 'enable also*.service' 'enable m*.service' 'disable *' | put usr/lib/systemd/system-preset/90-default.preset
}
compare_all systemd systemctl systemd-sysusers systemd-tmpfiles
finish
