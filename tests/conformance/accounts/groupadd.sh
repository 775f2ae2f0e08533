# groups: numbers, -f, -o, names
# ---
t groupadd -r a
t groupadd b
t groupadd -g 500 c
t groupadd -f -g 500 d
t groupadd -r -g 59 -f tss
t groupadd -r a
t groupadd -f a
t groupadd -g 59 q
t groupadd -o -g 59 q
t groupadd bad:name
t groupadd
t groupadd -K SYS_GID_MAX=300 -r z
t groupadd -U root,old m1
t groupadd -p xx pw
t groupadd -U nobody1 m2
t groupadd -r a1
t groupadd -r a2
t groupadd -g 0x10 hex
