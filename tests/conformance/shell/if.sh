if true; then echo 1; fi
if false; then echo no; else echo 2; fi
if false; then echo no; elif true; then echo 3; else echo no; fi
if false; then echo no; fi; echo $?
if true; false; then echo no; elif false; then echo no; elif echo cond; then echo 4; fi
if ! false; then echo 5; fi; if [ a = a ] && [ b = b ]; then echo 6; fi
if (exit 0); then echo 7; fi; if { false; }; then :; else echo 8; fi
if true
then
  echo 9
fi
if true; then if false; then echo no; else echo 10; fi; fi
