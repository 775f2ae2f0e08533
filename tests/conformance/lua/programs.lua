-- Programs through rpm.execute, os.execute and io.popen.
io.stdout:setvbuf("no")
print(rpm.execute("/usr/bin/mkdir", "/var/by", "/var/rpm") == 0, rpm.execute("touch", "-d", "@1000000000", "/var/rpm/x") == 0)
print((rpm.execute("/usr/bin/false"))) print((rpm.execute("/none")))
print(os.execute("echo shell; exit 3")) print(os.execute("true")) print(os.execute())
print(os.execute("echo $# > /var/args; cd /var; pwd >> args; umask >> args"))
local p = io.popen("echo one; echo two; exit 4") print(p:read("*l"), p:read("*a"), p:close())
p = io.popen("cat > /var/fed", "w") p:write("line ", 1, "\n") print(p:close())
for line in io.popen("echo a; echo b"):lines() do print("[" .. line .. "]") end
posix.setenv("FOO", "bar") os.execute("echo FOO=$FOO") posix.unsetenv("FOO") os.execute("echo FOO=$FOO")
io.stdout:write("written\n") io.write("too\n") print(io.read and true, type(io.stdin))
print(arg[1], arg[2], arg[2] == 1, tonumber(arg[2]), arg[3], #arg)
