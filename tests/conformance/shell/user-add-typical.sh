getent_passwd() { while IFS=: read -r n p u g rest; do [ "$n" = "$1" ] && { echo "$n:$u:$g"; return 0; }; done < /etc/passwd; return 2; }
getent_passwd bin; getent_passwd nobody >/dev/null || echo "no nobody ($?)"; getent_passwd root | { IFS=: read a b c; echo "$c $b $a"; }
