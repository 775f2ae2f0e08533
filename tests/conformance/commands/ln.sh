# ln, readlink, realpath, basename, dirname
mkdir w; cd w; echo A > a; echo B > b; mkdir -p d/e t; echo F > d/f; ln -s d dl; ln -s a al; ln -s none dang
t ln a h1; t ln -s a s1; t ln -s a b; t ln -sf a b; t ln -s /etc/passwd; t ln -s ../x d; t ln a none d; t ln a d/f t; t ln d hd; t ln al hal; t ln -L al hal2; t ln -P al hal3; t ln dang hdang; t ln none x
t ln -sfn x dl; ls -l dl | cut -c1-10; ln -sfn d dl; t ln -sf x dl; t ln -sfT y dl; t ln -sT y d; t ln -sfT y d; t ln -sfn z d; t ln -t t a h1; t ln -st t one two; t ln -s one two t; t ln -s one two none
t ln -sr d/f r1; t ln -sr d/f t/r2; t ln -sr /tmp/w/d/e d/e/r3; t ln -srT ../w/d/../a r4; t ln -sr al t/r5; t ln -sr /etc/passwd r6; t ln -srf r6 r1; t ln -sr none/x t/r7; t ln -r a r8; t ln -srn /tmp/w .
t ln -sb q s1; t ln -s --backup=t q s1; t ln -bf a h1; t ln -f a a; t ln -f a h2; t ln -f a h2; t ln -f b h2; t ln -sf s1 s1; t ln -s '' e; t ln; t ln -q; t ln -v -s p vv; t ln -s p; t ln -s . dot; t ln -sf a b t/; t ln -sf a nodir/; echo y | t ln -si k b; echo n | t ln -si l b
ln -s loop loop; ln -s ../w/d/f deep; ln -s d/ ds; ln -s d/f/ fs
t readlink s1; t readlink a; t readlink none; t readlink -n deep; echo; t readlink -f deep; t readlink -f deep/; t readlink -f none; t readlink -f none/x; t readlink -f dang; t readlink -f loop; t readlink -f d/../a; t readlink -f a/..; t readlink -f a/.
t readlink -e none; t readlink -e a; t readlink -m none/x/../y; t readlink -m a/b; t readlink -m loop/x; t readlink -f fs; t readlink -f ds/f; t readlink -f s1 a none; t readlink s1 r6; t readlink -z r6; t readlink -f /; t readlink -f ''; t readlink -m ''; t readlink; t readlink -fq . .. ./; t readlink -f none/
t realpath a; t realpath -e none; t realpath none; t realpath none/x; t realpath -m none/x; t realpath -s deep; t realpath -s d/../al; t realpath --relative-to=d a; t realpath --relative-to=. a d/f /etc; t realpath --relative-base=/tmp a /etc; t realpath --relative-to=/etc --relative-base=/tmp a; t realpath --relative-to=none a; t realpath -L d/../al; t realpath -z a b; t realpath; t realpath ''; t realpath -q none/x
t basename /a/b; t basename a/b.c .c; t basename .c .c; t basename -a x/y z/; t basename -s .h x/y.h z.h; t basename /; t basename //; t basename ''; t basename; t basename a b c; t basename -z q; t basename a b; t basename -- -a
t dirname a/b; t dirname /a a // a//b// ''; t dirname; t dirname -z a/b
ls -A; cd ..
