x=1; unset x; echo "[$x]"; f() { echo f; }; unset -f f; f 2>/dev/null; echo $?; unset nosuch; echo $?; x=1 y=2; unset x y; echo "[$x$y]"; unset -v x; x=1; f() { unset x; }; f; echo "[$x]"
x=1; unset -f x; echo $x; f() { :; }; f=var; unset f; echo "[$f]"; f; echo $?; unset f; f; echo $?
