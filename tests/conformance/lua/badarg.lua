-- A number where a string is wanted is one; a table is not.
print(posix.mkdir(7), posix.stat("7", "type"))
posix.mkdir({})
