# bash
cd /w; : > A; : > b; : > .c
shopt -s nullglob; echo none* end; shopt -u nullglob; echo none*
shopt -s dotglob; echo *; shopt -u dotglob
shopt -s nocaseglob; echo a*; shopt -u nocaseglob
shopt -s extglob
: > foo1; : > foo2; : > bar1
echo @(foo|bar)1 +(foo)2 !(foo*) ?(x)b *(fo)o1
x=foobar; echo ${x#@(foo|bar)} ${x//+([aeiou])/_} ${x%%+([a-z])}
case foofoo in +(foo)) echo plus;; esac
shopt -q extglob; echo $?; shopt -q nullglob; echo $?
