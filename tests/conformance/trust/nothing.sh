# no certificates
:
