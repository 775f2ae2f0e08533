# groups change
# ---
t groupmod -n neu wheel
t groupmod -g 900 neu
t groupmod -g 0 neu
t groupmod -o -g 0 neu
t groupmod -p x neu
t groupmod -g 800 users
t groupmod nogrp
t groupmod -n bin users
t groupmod -U games users
t groupmod -a -U bin users
t groupmod users
