# mv, rm, rmdir, unlink
make() { rm -rf w; mkdir w; cd w; echo A > a; chmod 4750 a; echo B > b; mkdir -p d/e; echo F > d/f; echo G > d/e/g; ln -s f d/l; ln -s b ln; ln -s none dang; mkdir t; touch -d @1000 a d/f; }
make
t mv a x; t mv x b; t mv b ln; t mv none y; t mv d t; t mv t/d/e .; t mv e/g e/h; t mv e/h nodir/; t mv e/h nodir/x; t mv; t mv e; t mv -q e f
cd ..; mv w mv1; make
t mv a b t; t mv t/a t/b .; t mv a b none; t mv -t t a none b; t mv -T t/a t; t mv -T d t; t mv -T t d2; t mv d2 d2/x; t mv d2 ln; t mv ln d2; t mv d2/ln d2/f; t mv d2/dang .
cd ..; mv w mv2; make
t mv -n a b; t mv -u a b; t mv -u b a; cat a; echo B > b; t mv -b a b; t mv --backup=t b b~; mkdir t/d; t mv d t; touch t/d/x; t mv d t; t mv -f b~ dang; t mv a a; t mv ln ln; ln d/f hard; t mv hard d/f; t mv -f d/f hard; t mv d/l d/f
mkdir q r; touch q/1 r/1; t mv q/1 r/1 t; t mv -v d/e ./; t mv dang/ g; t mv dang g; t mv t/ tt/; t mv tt/ ttt; t mv ttt/. u; t mv ttt/d/.. u; t mv / u; t mv -T d ttt; t mv d ttt; t mv -b -T ttt d
echo n | t mv -i b g; echo y | t mv -i b g
cd ..; mv w mv3; make
t rm a; t rm none; t rm -f none; t rm d; t rm -d d; t rm -d t; t rm -r d/e; t rm ln dang; t rm -rf none d/none/x b/x; t rm -R d b; t rm; t rm -f; t rm -q x; ls -A
cd ..; rm -rf w; make
t rm -r .; t rm -r ..; t rm -rf ./ d/..; t rm -r d/.; t rm -rf /; t rm ln/; t rm -rf ln/; ln -s d dl; t rm -rf dl/; t rm -rf dl; t rm -rv d/e; t rm -f d/l d; echo n | t rm -i a; echo y | t rm -i a; t rm -rf d/ t//; t rm -- b; ls -A
printf 'y\ny\nn\n' | t rm -ri t; mkdir -p t/u; touch t/u/v; printf 'y\ny\ny\nn\ny\n' | t rm -ri t; find t | sort; t rm --interactive=never -r t; t rm --one-file-system --preserve-root -rf t
cd ..; rm -rf w; make
t rmdir t; t rmdir d; t rmdir a; t rmdir none; mkdir -p x/y/z q/r/s; touch x/k; t rmdir -p x/y/z; t rmdir --ignore-fail-on-non-empty x; t rmdir -p q/r/s; t rmdir -v x; mkdir .h; t rmdir .h/; t rmdir .; mkdir o; ln -s o ol; t rmdir ol; t rmdir ol/; t rmdir o/.; t rmdir o/..
t unlink a; t unlink d; t unlink ln; t unlink none; t unlink; t unlink b b; t link b bb; t link b none/x; t link d e; t link b; ls -A
cd ..; mv w mv4
