# cp: what overwrites what, trees, links, attributes
make() { rm -rf w; mkdir w; cd w; echo A > a; chmod 4750 a; echo B > b; mkdir -p d/e; echo F > d/f; echo G > d/e/g; chmod 600 d/e/g; ln -s f d/l; ln -s b ln; ln -s none dang; mkdir t; touch -d @1000 a d/f; chown 1000:1001 d/e/g; }
make
t cp a x1; t cp -p a x2; t cp -a a x3; t cp --preserve=mode a x4; t cp --preserve=timestamps,ownership d/e/g x5; t cp -p --no-preserve=mode a x6
t cp a b; t cp -f b ln; t cp --remove-destination a ln; t cp a dang; t cp -f a dang; t cp --remove-destination a dang
cat b; cd ..; mv w cp1; make
t cp a b t; t cp -t t a none b; t cp -T a t; t cp -T a t/new; t cp a b nodir; t cp a b a; t cp a t/none/x; t cp a; t cp; t cp -Q a b
t cp ln y1; t cp -P ln y2; t cp -d ln y3; t cp -l a y4; t cp -s /tmp/w/a y5; t cp -s a y6; t cp -s d/f y7; t cp -s d/f t/y8; t cp -l ln y9; t cp -lf a b; t cp -l a b
cd ..; mv w cp2; make
t cp -n a b; cat b; t cp -u a b; cat b; t cp -u b a; cat a; t cp a a; t cp b ln; t cp ln b; t cp -b a b; t cp --backup=numbered a b; t cp --backup=numbered b b; t cp -b -S .orig a ln
t cp --backup=simple --suffix=.bak a b; t cp --backup=t a b; t cp --backup=nil a b; t cp --backup=what a b; t cp -f --backup=off a b
cd ..; mv w cp3; make
t cp /dev/null b; t cp /dev/null new; echo in | t cp /dev/stdin std; t cp --parents d/e/g t; t cp --parents -p d/e/g d/f t; t cp --parents d/e/g none; t cp --attributes-only -p a attr; t cp --attributes-only -p a b
t cp d x; t cp -r d x; t cp -r d x; t cp -r d/. y; t cp -r d/ z; t cp -R d/e d/f t; t cp -rL d l1; t cp -rH ln l2; t cp -rP ln l3; t cp -r none d/e u; t cp -r d b; t cp -r d/f t/e
cd ..; mv w cp4; make
ln d/f d/h; ln d/e/g d/g; t cp -a d x; t cp -r d y; t cp -dR d z; t cp -rl d hard; t cp -rs /tmp/w/d soft; t cp -r d d/self; t cp -a d/h b x; t cp -a x/f x/h y
echo NEW > d/f; t cp -a d/. x; t cp -au d/. y; t cp -r --preserve=links d k; t cp -rp d m; t cp -r d/f d/f t; t cp b d/../b t; t cp -r d d t2
cd ..; mv w cp5; make
mkfifo p; mknod n c 5 6; t cp -a p n t; t cp -R p n x; t cp -r --remove-destination d/l b; t cp -a d/l b; t cp -dn d/l b; t cp -a ln t; t cp -a dang t; t cp dang t/d2; t cp -L dang t/d3; t cp -f a t/dang
mkdir -m 2777 sg; chgrp adm sg; t cp a sg; t cp -r d sg; t cp -p a sg/p; umask 077; t cp a um1; t cp -r d um2; t cp -p a um3; t cp --no-preserve=mode a um4; umask 022
t cp --strip-trailing-slashes ln/ st; t cp -v a vv; t cp --no-clob a b; t cp --r a b; t cp -- -a b; t cp -av d vd | sort; t cp -x -r d xx; t cp -Z a zz; t cp --sparse=never --reflink=auto a sp
mkdir cyc; ln -s . cyc/me; t cp -rL cyc cyc2; t cp -r cyc cyc3; t cp -a /tmp/w/cyc3/. .; t cp -r . ../w2; t cp -i b a < /dev/null; echo y | t cp -i b a; echo n | t cp -i d/f a; cat a
cd ..; mv w cp6
