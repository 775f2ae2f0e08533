set -e
(set +e; false; echo survived)
( false; echo no ) | cat
echo after pipe
(
  echo in
  false
  echo no
)
echo no
