-- Children: what each leaves, in which order, and what the parent sees of it.
print("before")
local f = io.open("/var/log.txt", "w") f:write("parent\n") f:close()
io.stdout:flush()
local pid = posix.fork()
if pid == 0 then
  posix.exec("/usr/bin/touch", "-d", "@1000000000", "/var/made by child")
elseif pid > 0 then
  print(posix.wait(pid) == pid, posix.wait(pid))
end
print(posix.stat("/var/made by child", "type"))
function post_exec(program, ...)
  local pid = posix.fork()
  if pid == 0 then
    posix.exec(program, ...)
    posix.kill(posix.getprocessid("pid"), 9) -- an assert(nil) says so in some versions of rpm and not in others
  elseif pid > 0 then
    posix.wait(pid)
  end
end
for i = 1, 3 do post_exec("/usr/bin/mkdir", "/var/d" .. i) end
post_exec("/none/program", "x")
post_exec("mv", "/var/d3", "/var/d4")
local pid = posix.fork()
if pid == 0 then
  posix.redirect2null(2)
  assert(posix.exec("/usr/bin/ls", "/none"))
elseif pid > 0 then
  posix.wait(pid)
end
pid = posix.fork()
if pid == 0 then
  posix.redirect2null(1)
  posix.exec("/usr/bin/echo", "nobody hears this")
end
posix.wait()
pid = posix.fork()
if pid == 0 then
  posix.chdir("/var") posix.umask("rwx------") posix.setenv("WHERE", "child")
  posix.exec("/bin/sh", "-c", "mkdir private; echo $WHERE > heard; pwd >> heard")
end
posix.wait(pid)
print(posix.getcwd(), posix.umask(), posix.getenv("WHERE"))
for line in io.lines("/var/heard") do print(line) end
pid = posix.fork()
if pid == 0 then
  local inner = posix.fork()
  if inner == 0 then posix.exec("/usr/bin/mkdir", "/var/inner") end
  posix.wait(inner)
  posix.exec("/usr/bin/mkdir", "/var/inner/most")
end
posix.wait(pid)
print(posix.stat("/var/inner/most", "type"))
print(pcall(posix.exec, "/usr/bin/true")) print(pcall(os.exit, 1)) print(posix.wait())
print(pcall(posix.redirect2null, 2))
