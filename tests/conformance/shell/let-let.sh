# bash
i=5; let i++ ; echo $i; let "i+=2" "j=i*2"; echo $i $j; let 'k = (1 << 3) | 1'; echo $k; let i-=i; echo $? $i
((a=1, b=2, c = a > b ? a : b)); echo $c; x=5; ((x**=2)) 2>/dev/null; ((x%=7)); echo $x; (( x == 5 || (y=9) )); echo ${y-unset}
