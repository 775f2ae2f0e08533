# bash
f() { case $1 in a) echo a;& b) echo b;; c) echo c;;& *c*) echo has-c;;& *) echo any;; esac; }
f a; echo; f b; echo; f c; echo; f xcx
shopt -s nocasematch; case ABC in abc) echo nocase;; esac
