{ echo a; }; { echo b; } | cat; ( echo c ); (echo d;); { (echo e); }; ( { echo f; } ); {
echo g
}; ( echo h
); x=0; { x=1; }; echo $x; ( x=2 ); echo $x; { x=3; } | :; echo $x; { echo i; echo j; } > /w/f; cat /w/f; (cd /usr && { pwd; }); { exit 3; } | :; echo k; ( ( ( echo l ) ) ); { { { echo m; }; }; }; (echo n) && { echo o; } || echo no; ! (false) && echo p; time_=1; { false; } || { echo q; }; (exit 2) ; echo $?
