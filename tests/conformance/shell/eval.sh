x='echo "a  b"'; eval $x; eval "$x"; eval 'y=1; z=2'; echo $y$z; eval; echo $?; eval false; echo $?
n=v; eval $n=val; echo $v; eval "f() { echo from-eval \$1; }"; f arg; eval 'for i in 1 2; do echo $i; done'
set -- 'a b' c; eval "echo \"\$2\" \${1}"; eval echo '$((1+1))'; eval 'exit 3' | cat; eval "(exit 4)"; echo $?
eval "eval \"echo nested\""; v='$w'; w=deep; eval echo $v
f() { eval 'return 5'; echo no; }; f; echo $?
for i in 1 2 3; do eval 'continue'; echo no; done; for i in 1 2; do eval break; echo no; done; echo loops
