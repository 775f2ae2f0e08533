trap 'echo bye $?' EXIT
trap 'echo term' TERM
trap
trap - TERM
trap 'echo hup' 1 HUP
(echo sub)
trap -- '' INT
trap
exit 5
