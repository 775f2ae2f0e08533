(exit 3) & wait $!; echo $?; true & wait; echo $?; false & p=$!; wait $p; echo $?; { echo bg; } & wait
x=1; { x=2; } & wait; echo $x; wait 99999; echo $?; sleep 0 & wait $!; echo done; f() { echo in-bg; return 4; }; f & wait $!; echo $?
