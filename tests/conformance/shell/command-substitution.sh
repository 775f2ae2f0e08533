echo $(echo a; echo b) "$(echo a; echo b)" `echo c`
x=$(printf 'a\n\n\n'); echo "[$x]"
echo "$(echo "nested $(echo "deep $(echo deeper)")")"
echo `echo \`echo back\`` `echo '\$x'` "`echo "q"`"
x=$(exit 3); echo $?; x=$(true); echo $?; echo $(exit 5) $?
y=$(x=inner; echo $x); echo $y "[$x]"
echo $(case a in a) echo case;; esac) $(case b in (b) echo paren;; esac)
echo $(echo 'a)b') $(echo "a)b") $(echo a # comment )
)
cd /; echo $(cd /usr; pwd) $(pwd)
for f in $(echo 1 2 3); do echo -n $f; done; echo
echo $( (echo sub); { echo grp; } )
printf 'data\n' > /w/f; echo $(</w/f) "$(< /w/f)"
echo $(echo $(echo $(echo $(echo five))))
z=$(cat <<EOF
here $x
EOF
); echo $z
echo "$(printf 'a b\n  c')" $(printf 'a b\n  c')
