# bash
SECONDS=5; [ $SECONDS -ge 5 ] && echo ok; RANDOM=1; [ $RANDOM -lt 32768 ] && echo ok; [ ${#EPOCHSECONDS} -ge 1 ] && echo ok; x=$RANDOM; [ "$x" -ge 0 ] && echo ok; echo $((RANDOM >= 0))
