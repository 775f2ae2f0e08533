# sh
x=1; x=2 :; echo $x; x=3 export y=1; echo $x; x=4 eval 'echo $x'; echo $x; x=5 set -- a; echo $x; x=6 unset nothing; echo $x; x=7 true; echo $x; x=8 cd /; echo $x; f() { echo f $x; }; x=9 f; echo $x; x=10 . /dev/null; echo $x; x=11 command :; echo $x; x=12 trap '' HUP; echo $x; x=13 readonly z=1; echo $x; x=14 shift; echo $x; x=15 times > /dev/null; echo $x
