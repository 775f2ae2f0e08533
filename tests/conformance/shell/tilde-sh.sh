# sh
HOME=/h
echo a=~ --prefix=~ x=~/y
