# bash
cd /; pushd /usr; pushd /etc; dirs; popd; pwd; popd; pwd; popd; echo $?; pushd /usr > /dev/null; pushd > /dev/null; pwd; dirs -p; echo ${DIRSTACK[@]}; dirs -c; dirs
