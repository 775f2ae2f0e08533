# bash
HOME=/h
echo a=~ --prefix=~ x=~/y PATH=~:~/b
cd /; cd /usr; echo ~+ ~-
