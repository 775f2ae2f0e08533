x=v; echo "a $(echo "b $(echo 'c "d"') e") f"; echo "${x:-"$(echo "q")"}"; echo "$(echo '"')" '$(echo no)'; echo "\"$x\"" '\"'; echo $(echo "a'b") "'$x'" '"'"$x"'"'
echo "`echo "a \"b\" c"`"; echo "$(case x in x) echo "y)";; esac)"; echo "${x#"v"}" "${x/"v"/"w"}" ${x+"a b"} "$(printf '%s\n' "a   b")"
y="a 'b' \"c\""; echo $y; echo "$y"; eval "z=\"\$y\""; echo "$z"; sh -c "echo \"\$1\" '$x'" _ "arg with 'quote'"
