# bash
x="it's a \"test\""; echo "${x@Q}"
y=abc; echo "${y@Q}" "${y@U}" "${y@u}" "${y@a}" "${y@A}"
printf '%s\n' "${x@Q}"
e='a\tb'; echo "${e@E}"
declare -r ro=1; declare -ix num=5; echo "${ro@a}" "${num@a}"
a=(1 2); echo "${a[@]@Q}" "${a@a}"
