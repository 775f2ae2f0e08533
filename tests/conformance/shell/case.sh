t() { case $1 in a) echo is-a;; b|c) echo b-or-c;; [0-9]*) echo digit;; *.txt) echo txt;; "q s") echo space;; '*') echo star;; "") echo empty;; ?) echo one;; *) echo other;; esac; }
for x in a b c 42 x.txt 'q s' '*' '' z long; do t "$x"; done
case x in (x) echo paren;; esac
case x in y) echo no; esac; echo $?
case abc in a*) false;; esac; echo $?
case $1 in 1) ;; *) echo no;; esac; echo $?
x='a*'; case 'a*' in $x) echo 1;; esac; case abc in $x) echo 2;; esac; case abc in "$x") echo no;; *) echo 3;; esac
case a/b in a*b) echo slash;; esac; case .h in *) echo dot;; esac
case "a b" in a\ b) echo esc;; esac
case esac in (esac) echo kw;; esac
case x in
  # comment
  x)
    echo multi
    ;;
esac
case in in in) echo in;; esac
case x$(echo y) in xy) echo sub;; esac
case a in [!b]) echo neg;; esac; case ] in []]) echo br;; esac; case - in [a-]) echo dash;; esac
case é in ?) echo utf;; esac
(case b in y|b) echo in-sub;; esac)
case a in b) ;; a) (case c in c) echo inner;; esac) ;; esac
