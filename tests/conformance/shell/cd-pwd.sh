cd /usr; pwd; cd bin; pwd; cd ..; pwd; cd /; cd usr/../etc; pwd; cd - ; pwd; cd; pwd; cd /nosuch; echo $?; pwd
mkdir -p /w/real/sub; ln -s real /w/link; cd /w/link; pwd; pwd -P; pwd -L; cd sub; pwd; cd ..; pwd; cd -P ..; pwd; cd /w/link; cd -P .; pwd
echo $PWD $OLDPWD; cd /usr/bin; echo $PWD $OLDPWD; (cd /etc; echo $PWD); echo $PWD; cd ""; echo $?; pwd; cd .; pwd; cd ./../bin; pwd
CDPATH=/w; cd real; pwd; cd /etc/passwd; echo $?; HOME=/w; cd; pwd; unset HOME; cd; echo $?
