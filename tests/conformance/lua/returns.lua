-- What is returned does not count.
posix.mkdir("/var/x")
return 1
