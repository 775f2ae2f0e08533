[ -n "$$" ] && echo pid; [ $PPID -gt 0 ] && echo ppid; echo $0 | sed 's/[0-9]*$//'; echo $LINENO; f() { echo $LINENO; }; f
echo "$UID" $EUID; echo $SHLVL; [ "$RANDOM" != "$RANDOM" ] && echo random; echo $SECONDS; echo "$IFS" | cat -A; echo $PS4; echo $OPTIND; echo $HOME; echo $PATH; echo "$_" > /dev/null; echo $- | tr -d 'hB'
echo ${#PATH}; echo $PWD; echo ${OLDPWD-unset}
