# useradd and its kin against shadow-utils of this machine, in a chroot. What Debian's do otherwise than Red Hat's is theirs here too,
# because the tree says ID=debian: `!` for `!!` in a new shadow line, looser names, GROUP=100. Left out, as the real ones ask PAM or
# a terminal for leave: groupmems, passwd for a new password. New shadow files are Debian's 0440, Red Hat's and ours 0400.
. "$(dirname "$0")/lib.sh"
. "$HERE/tools.sh"

base() {
  put etc/passwd <<'P'
root:x:0:0:root:/root:/bin/bash
bin:x:1:1:bin:/bin:/sbin/nologin
games:x:12:100:games:/usr/games:/sbin/nologin
old:x:997:995::/home/old:/bin/sh
+nis
P
  printf '%s\n' root:x:0: bin:x:1: mail:x:12:old wheel:x:10:root,old users:x:100: old:x:995: | put etc/group
  printf '%s\n' 'root:!locked::0:99999:7:::' 'bin:*:18000:0:99999:7:::' 'games:*:18000:0:99999:7:::' 'old:!!:18000::::::' | put etc/shadow 000
  printf '%s\n' root::: bin::: mail:::old 'wheel:!:old:root,old' users::: 'old:!::' | put etc/gshadow 640 0:42
  put etc/login.defs <<'P'
MAIL_DIR	/var/spool/mail
UMASK		022
HOME_MODE	0700
PASS_MAX_DAYS	99999
PASS_MIN_DAYS	0
PASS_WARN_AGE	7
UID_MIN                  1000
UID_MAX                 60000
SYS_UID_MIN               201
SYS_UID_MAX               999
GID_MIN                  1000
GID_MAX                 60000
SYS_GID_MIN               201
SYS_GID_MAX               999
ENCRYPT_METHOD SHA512
USERGROUPS_ENAB yes
CREATE_HOME	yes
P
  printf '%s\n' GROUP=100 HOME=/home INACTIVE=-1 EXPIRE= SHELL=/bin/bash SKEL=/etc/skel CREATE_MAIL_SPOOL=yes | put etc/default/useradd
  echo rc | put etc/skel/.bashrc; echo y | put etc/skel/.d/x 600; ln -s /etc/skel/.bashrc etc/skel/.l
  place home 755 0:0; place var/spool/mail 775 0:12; echo ID=debian | put etc/os-release; place tmp 1777 0:0
  printf '%s: files\n' passwd group shadow gshadow | put etc/nsswitch.conf
}
compare_all accounts useradd usermod userdel groupadd groupmod groupdel gpasswd passwd chpasswd chgpasswd chage pwconv pwunconv grpconv grpunconv
finish
