cd /w; exec > out; echo to-file; exec >&2; (exec sh -c 'echo never > f; exit 7'); cat f; exec > out2; cat out; (exec /no/such; echo no); echo $?
exec 3< out; read x <&3; echo $x; exec 3<&-; exec sh -c 'echo last; exit 9'
echo no
