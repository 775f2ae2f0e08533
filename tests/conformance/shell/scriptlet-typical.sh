if [ $1 -eq 1 ]; then echo install; fi
if [ "$1" -ge 1 ]; then :; fi
if [ "$1" = "0" ]; then echo erase; else echo keep; fi
[ -e /etc/passwd ] && [ ! -L /etc/passwd ] && cp /etc/passwd /w/passwd || :
for d in a b c; do mkdir -p /w/$d; [ -d /w/$d ] && chmod 0750 /w/$d; done
cat > /w/conf <<EOF
# generated
name = ${1}
path = $(cd /usr && pwd)
EOF
grep -q '^name' /w/conf && sed -i 's/^name = .*/name = edited/' /w/conf
test -f /w/conf && cat /w/conf
ln -sf conf /w/link; readlink /w/link
/bin/nosuch-daemon-reload >/dev/null 2>&1 || :
{ rm -f /w/none; touch /w/touched; } > /dev/null 2>&1
while read -r line; do case "$line" in \#*) continue;; name*) k=${line%% *}; v=${line##*= }; echo "$k:$v";; esac; done < /w/conf
getent passwd nobody >/dev/null 2>&1 || echo "no getent"
exit 0
