if true; then :; fi; ! :; echo $?
{ echo a; } ; ( echo b ) ; { echo c; };echo d
a=1;b=2;echo $a$b
echo a;echo b # comment ; echo no
# whole line
echo a#b '#c' \#d # e
if [ a = a ];then echo t;else echo f;fi
while false;do :;done
for i in 1;do echo $i;done
case a in a)echo x;;esac
f(){ echo tight;};f
f () { echo spaced ; } ; f
{
echo multi
}
echo \
 continued   \
 lines
true && \
echo cont
[ a = a ] &&
[ b = b ] ||
echo no
echo if then else fi do done case esac for while { } !
echo {; echo }; echo a=b c=d
if test x; then echo a; fi;if test x; then echo b; fi
! false && echo neg
for in in in; do echo $in; done
done=1; echo $done; if=2; echo $if
time=x; echo $time
(((1))) 2>/dev/null; ( (echo paren) ); ((1+1)) 2>/dev/null; echo $?
echo $(( (1) )) $( (echo x) )
