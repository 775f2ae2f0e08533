echo $LINENO

echo $LINENO; f() {
  echo $LINENO
}
f
if true; then
  echo $LINENO
fi
x=$(echo $LINENO); echo $x
cat <<E > /dev/null
a
b
E
echo $LINENO
echo "multi
line" > /dev/null; echo $LINENO
