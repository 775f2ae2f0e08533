# accounts change
# ---
t usermod -aG wheel bin
t usermod -a -G users,mail old
t usermod -G bin old
t usermod -L old
t usermod -L games
t usermod -U games
t usermod -U old
t usermod -p x games
t usermod -s /bin/zsh old
t usermod -d /new old
t usermod -c hello old
t usermod -g users old
t usermod -u 2000 old
t usermod -u 0 old
t usermod -o -u 0 old
t usermod -l newer old
t usermod -e 2030-01-01 newer
t usermod -f 3 newer
t usermod nobody1
t usermod newer
t usermod -aG nogrp newer
t usermod -a newer
t usermod -s /bin/zsh newer
t usermod -rG bin newer
t usermod -e newer
