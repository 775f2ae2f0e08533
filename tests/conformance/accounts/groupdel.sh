# groups go
# ---
t groupdel wheel
t groupdel bin
t groupdel -f bin
t groupdel nogrp
t groupdel
