# bash
a=(one "two three" four); echo ${a[0]} "${a[1]}" ${#a[@]} ${a[@]} "${a[*]}" $a ${#a} ${#a[1]}
for x in "${a[@]}"; do echo "<$x>"; done
a+=(five); a[7]=eight; echo ${!a[@]} ${#a[@]} "${a[-1]}" "${a[@]:1:2}"
unset a[1]; echo ${!a[@]}; unset 'a[0]'; echo "${a[@]}"
b=([3]=c [1]=a x); echo ${!b[@]} ${b[@]}
c=(); echo ${#c[@]} "[${c[@]}]"; c[2]=x; echo ${#c[@]}
d=(1 2 3); d[1]+=0; d[i=2]=z; echo ${d[@]}; e=("${d[@]}" 4); echo ${#e[@]}
i=1; echo ${d[i]} ${d[$i]} ${d[i+1]} ${d[-1]}
echo "${a[@]/e/E}" "${d[@]#1}" "${e[@]%z}"
f=($(echo p q r)); echo ${f[1]}; g=(*nomatch*); echo ${g[0]}
h=(a{1..3}); echo ${h[@]}; x=s; x+=t; echo $x; x[1]=u; echo ${x[@]}
declare -a empty; echo ${#empty[@]}; local_test() { local -a l=(x y); echo ${l[1]}; }; local_test
set -- "${a[@]}"; echo $#; n=("$@"); echo ${#n[@]}
arr=(b c a); IFS=$'\n' sorted=($(printf '%s\n' "${arr[@]}" | sort)); unset IFS; echo "${sorted[@]}"
k=(1
2 # comment
3); echo ${#k[@]}
declare -p k d
echo "${a[@]+set}" "${none[@]+set}" "${none[@]:-default}" "${#none[@]}"
