HOME=/root
echo ~ ~/x "~" \~ ~bin ~nobodyxx a~ ~/
x=~; echo $x; x=~/a:~/b; echo $x; x=a:~; echo $x; x="~"; echo $x
echo ${x:+~} ~root/.x
HOME=/other; echo ~
p=~/foo:~bin/x; echo "$p"
export V=~/z; echo $V
case ~ in /other) echo matched;; esac
