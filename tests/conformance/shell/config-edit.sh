cd /w; printf '%s\n' '# comment' 'KEY=old' 'OTHER=1' > conf
if ! grep -q '^NEW=' conf; then echo 'NEW=added' >> conf; fi
sed -i -e 's/^KEY=.*/KEY=new/' -e '/^OTHER/d' conf; cat conf; . ./conf; echo $KEY $NEW ${OTHER-none}
sed -n 's/^KEY=//p' conf; [ "$(sed -n 's/^NEW=//p' conf)" = added ] && echo found
while IFS='=' read -r k v; do case "$k" in \#*|'') ;; *) printf '%s -> %s\n' "$k" "$v";; esac; done < conf
