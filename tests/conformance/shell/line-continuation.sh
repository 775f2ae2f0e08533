ec\
ho joined; echo a\
b 'c\
d' "e\
f" ; x=1\
2; echo $x; echo ${x\
} $((1 +\
 2)); if tr\
ue; then echo kw; fi; true &\
& echo and; echo a | \
cat; echo $(ec\
ho sub); for i in 1 \
 2; do echo $i; done
