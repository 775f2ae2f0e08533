kill -0 $$; echo $?; kill -0 999999; echo $?; kill -l TERM; kill -l 9; trap 'echo got' USR1; kill -USR1 $$; echo after; kill -s TERM 999999; echo $?; kill; echo $?
