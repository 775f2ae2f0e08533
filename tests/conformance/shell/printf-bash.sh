# bash
printf -v x '%03d' 7; echo $x; printf -v a[2] 'el'; echo ${a[2]}
printf '%s %s\n' "${arr[@]}" end; printf '%q\n' $'a\nb' 'x$y'
