-- The parts of Lua's own library that drydock does itself.
local cases = {
  {"hello world", "o w"}, {"hello", "l+"}, {"hello", "x*"}, {"key = value", "(%w+)%s*=%s*(%w+)"}, {"/a/b.c", "^(.*)/([^/]*)$"},
  {"libc-2.34.so", "libc%-[2-9]%.[0-9]+%.so$"}, {"f(a(b)c)d", "%b()"}, {"THE (quick) fox", "%f[%a]%a+%f[%A]"}, {"abcabc", "(abc)%1"},
  {"hello", "()ll()"}, {"a]b", "[]]"}, {"a-b", "[a%-]-b"}, {"x^y", "[%^x]"}, {"  trim  ", "^%s*(.-)%s*$"}, {"abc", "b?c"},
  {"a.b", "a%.b"}, {"aXb", "a[^a-z]b"}, {"", ".*"}, {"aaa", "a-$"}, {"x", "[a-]"}, {"-", "[a-]"}, {"]", "[^%]]"}, {"a%", "%%"},
}
for _, case in ipairs(cases) do
  print(case[2], string.find(case[1], case[2])) print(string.match(case[1], case[2]))
  print(string.gsub(case[1], case[2], "<%0>")) print(string.gsub(case[1], case[2], function(...) return select("#", ...) end))
  if case[2]:sub(1, 1) ~= "^" then
    for a, b in string.gmatch(case[1] .. " " .. case[1], case[2]) do io.write("{", tostring(a), ",", tostring(b), "}") end print()
  end
end
print(("x"):find("", 1), ("x"):find("", 2), ("x"):find("", 3), ("abc"):find("c", -1), ("abc"):find("a", -1), ("a.c"):find(".", 2, true))
print(("abc"):gsub("", "-")) print(("abc"):gsub("b*", "x")) print(("abc def"):gsub("%w+", "%0 %0", 1)) print(("abc"):gsub("%w", {a = 1, c = false}))
print(("a,b,,c"):gsub(",", "%%")) print(("abc"):gsub("(b)", "[%1]")) print(("hello"):gsub("l", "L", 0)) print(("path/to/file.txt"):gsub(".*/", ""):gsub("%..*", ""))
for _, bad in ipairs {"[", "%", "(", ")", "%b", "%f", "%1", "[a", "[%"} do
  print(bad, (pcall(string.find, "aaa", bad)))
end
print((pcall(string.gsub, "a", "a", "%2"))) print((pcall(string.rep))) print(("x"):rep(3, ","), ("ab"):rep(0), ("%5d|%-5s|%05.1f|%x|%q|%s"):format(3, "x", 2.25, 255, "a\nb", "s"))
local t = {5, 3, 9, 1, 7} table.sort(t) print(table.concat(t, " ")) table.sort(t, function(a, b) return a > b end) print(table.concat(t, " "))
local words = {} for w in ("the quick brown fox jumps"):gmatch("%a+") do words[#words + 1] = w end table.sort(words) print(table.concat(words, " "))
table.insert(t, 1, 0) table.insert(t, 10) print(table.remove(t, 1), table.remove(t), #t, table.unpack(t, 2, 3)) print(select("#", table.unpack({}, 1, 3)))
local seen, sum = 0, 0 for k, v in pairs({1, 2, 3, a = 4, b = 5}) do seen, sum = seen + 1, sum + v end print(seen, sum, next({}), (next({9})))
local list = {} for k in pairs({10, 20, 30}) do list[#list + 1] = k end print(table.concat(list, " "))
print(tostring(nil), tostring(true), tostring(12), tostring(1.5), tostring("x"), tostring(setmetatable({}, {__tostring = function() return "T" end})))
print((pcall(error, {code = 1})), pcall(error, "m", 0)) print(pcall(error)) print(select("#", pcall(function() return 1, nil, nil end)))
print(xpcall(function() error("e", 0) end, function(m) return m .. "!" end))
local co = coroutine.wrap(function(a) local b = coroutine.yield(a + 1) return b * 2 end) print(co(1), co(5))
print(pcall(coroutine.wrap(function() error("inside", 0) end))) print(load("return 1 + 1")(), (load("syntax error here")))
print(bit32.band(12, 10), bit32.bor(12, 10), bit32.bxor(12, 10), bit32.lshift(1, 31), bit32.rshift(256, 4), bit32.bnot(0), bit32.extract(255, 4, 4), bit32.lrotate(1, 33))
print(math.floor(3.7), math.max(1, 5, 3), math.pow(2, 3), math.huge, 7 // 2, 7 % 3, 2 ^ 10, 10 / 2, 1e15, 1e100, -0.0)
print(os.date("!%Y-%m-%d %H:%M:%S", 86400), os.date("!%c %j %p %y %a %B", 1000000000), os.time({year = 2001, month = 9, day = 9, hour = 1, min = 46, sec = 40}))
print(os.date("!*t", 1000000000).yday, os.getenv("NONE"), type(os.clock()), os.difftime(5, 3), os.setlocale("C"))
