unset u; e=; s=set
echo "${u:-d}" "${e:-d}" "${s:-d}" "${u-d}" "${e-d}" "${s-d}"
echo "${u:+a}" "${e:+a}" "${s:+a}" "${u+a}" "${e+a}" "${s+a}"
echo "${u:=new}" "$u"; e=; echo "${e=keep}" "[$e]" "${e:=full}" "$e"
echo ${x:-a   b} "${x:-a   b}" "${x:-"quoted  x"}" ${x:-'q  q'}
echo ${x:-$(echo sub)} ${x:-${y:-nested}} "${x:-${y:-"n  n"}}"
for w in ${x:-a "b c" d}; do echo "<$w>"; done
for w in "${x:-a b}"; do echo "<$w>"; done
echo "${x:-}" "${x:+}" end
echo ${x-~} "${x-~}"
echo "${x:-a}b}"
echo "${x:-'single'}" ${x:-"d q"} "${x:-\"e\"}" "${x:-\}}"
