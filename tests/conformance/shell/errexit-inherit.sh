set -e
f() { set +e; false; echo cont; }
f
false
echo reached
