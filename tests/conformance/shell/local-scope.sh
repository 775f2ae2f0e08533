x=g; a() { local x=a; b; echo "a $x"; }; b() { echo "b $x"; x=changed; }; a; echo "main $x"
f() { local x; echo "[$x]"; x=l; }; f; echo $x; g() { local x=$x y=$1; echo "$x $y"; }; g 1; h() { local x=1; (x=2; echo $x); echo $x; }; h
r() { local n=$1; [ $n -eq 0 ] && return; r $((n-1)); echo $n; }; r 3; k() { local x=new; export x; sh -c 'echo $x'; }; k; sh -c 'echo "[$x]"'
