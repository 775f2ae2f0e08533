#!/bin/sh inside
echo a # c
echo b;# c
echo c#d
echo 'e # f' "g # h" \# i
( # in subshell
echo sub # x
) # end
{ # grp
echo grp; } # y
if true # cond
then # t
echo then # body
fi # fi
case x in # k
# pattern comment
x) # p
echo case ;; # done
esac # e
f() { # fn
echo f # body
} # end
f # call
for i in 1 2 # list
do # d
echo $i # i
done # done
x=$(echo sub # comment in sub
echo more)
echo $x
echo ${x#s} "${x#s}" # strip
cat <<E # heredoc comment
# not a comment
E
echo a \
# not joined
echo last
