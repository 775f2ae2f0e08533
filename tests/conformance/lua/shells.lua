-- bash's %post, and what its %postun does.
nl        = '\n'
sh        = '/bin/sh'..nl
bash      = '/bin/bash'..nl
f = io.open('/etc/shells', 'a+')
if f then
  local shells = nl..f:read('*all')..nl
  if not shells:find(nl..sh) then f:write(sh) end
  if not shells:find(nl..bash) then f:write(bash) end
  f:close()
end
for line in io.lines("/etc/shells") do print(line) end
t={}
for line in io.lines("/etc/shells")
do
  if line ~= "/bin/bash" and line ~= "/bin/sh"
  then
    table.insert(t,line)
  end
end
f = io.open("/etc/shells", "w+")
for n,line in pairs(t)
do
  f:write(line.."\n")
end
f:close()
