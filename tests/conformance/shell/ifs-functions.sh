join() { local IFS=$1; shift; echo "$*"; }; join , a b c; join : x; join '' p q; join - ; echo "$IFS" | od -An -tx1 | tr -d ' '
split() { local IFS=:; set -- $1; echo $#; for p; do echo "[$p]"; done; }; split a:b::c; split ''; split :
