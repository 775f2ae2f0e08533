# sh
export A=1; readonly B="x y"; C=3; export C
export -p | grep ' [ABC]='; readonly -p | grep ' B='
unset A; echo "[$A]"; x=5; unset x y; echo "[$x]" $?
f() { :; }; unset -f f; type f >/dev/null 2>&1; echo $?
