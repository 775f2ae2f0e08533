true && echo a || echo b; false && echo a || echo b; false || echo c && echo d
true && false || echo e; false; echo $?; true; false || true; echo $?
false && true; echo $?
echo 1; echo 2 ; wait; echo 3 &
wait; echo $?
{ echo g1; echo g2; }; (echo s1; echo s2)
true &&
  echo continued
false ||

  echo after blank
(exit 4) && echo no; echo $?
(exit 4) || echo $?
if false || true; then echo yes; fi
