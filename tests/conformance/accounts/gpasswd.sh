# members and administrators
# ---
o gpasswd -a games wheel
o gpasswd -d old wheel
o gpasswd -d nobody1 wheel
o gpasswd -M bin,games users
o gpasswd -A bin users
o gpasswd -r users
o gpasswd -R mail
o gpasswd -a nobody1 wheel
o gpasswd -a bin nogrp
o gpasswd -a games old
