# bash
declare -A m; m[one]=1; m[two]=2; m["a b"]=sp; k=one
echo ${m[one]} ${m[$k]} "${m[a b]}" ${#m[@]} "${m[nope]-none}"
for key in "${!m[@]}"; do echo "$key=${m[$key]}"; done | sort
declare -A n=([x]=1 [y]=2); n+=([z]=3); echo ${#n[@]} ${n[z]}
unset 'n[x]'; echo ${#n[@]} "${n[x]:-gone}"
[[ -v m[one] ]] && echo set; [[ -v m[zzz] ]] || echo unset
n[y]+=5; echo ${n[y]}; ((n[c]++)); ((n[c]+=2)); echo ${n[c]}
echo "${!m[@]}" "${m[@]}"
declare -A w=([alpha]=1 [beta]=2 [gamma]=3 [delta]=4 [epsilon]=5 [zeta]=6); echo "${!w[@]}"; declare -p w
f() { local -A l=([p]=q); echo ${l[p]}; }; f
