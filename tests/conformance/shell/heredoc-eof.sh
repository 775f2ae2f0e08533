cat <<NEVER
body without end
last
