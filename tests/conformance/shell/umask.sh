umask; umask 027; umask; : > /w/f; mkdir /w/d; umask u=rwx,g=rx,o=; umask -S; umask g+w; umask; umask 0; umask; (umask 077; : > /w/p); : > /w/q; umask 999; echo $?
umask -S 022; umask a=r; umask
