cd /w; mkdir -p usr/lib etc/alternatives; for v in 1 2; do echo $v > usr/lib/tool-$v; done
ln -s ../../usr/lib/tool-1 etc/alternatives/tool; cat etc/alternatives/tool; ln -sfn ../../usr/lib/tool-2 etc/alternatives/tool; cat etc/alternatives/tool
[ -L etc/alternatives/tool ] && readlink etc/alternatives/tool; [ -h usr/lib ] || echo no-link; rm -f etc/alternatives/tool; [ -e etc/alternatives/tool ]; echo $?
for l in a b; do ln -s target$l link$l; done; for l in link*; do echo "$l=$(readlink $l)"; done; test -e linka || echo dangling
