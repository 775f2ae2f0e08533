f() { trap 'echo done' EXIT; echo f; }
f
echo after
