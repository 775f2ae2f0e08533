-- io, os, posix, rpm, rex, bit32, package as scriptlets know them. Given: the natives, what sandbox.lua returned, the table
-- of files' methods, and rpm's `arg`.
local native, base, methods, arguments = ...
local raise, address, load0 = base.raise, base.address, base.load0
local error, type, select, getmetatable, setmetatable, rawget = error, type, select, getmetatable, setmetatable, rawget
local find, sub, gsub, format, concat, unpack = string.find, string.sub, string.gsub, string.format, table.concat, table.unpack
local checked = {}

arg = arguments
os, posix, rpm, rex, io = {}, {version = "posix library for Lua 5.4 / Nov 2003"}, {}, {}, {}
local libraries = {os = os, posix = posix, rpm = rpm}

-- Every native under its own name, raising what it wants raised.
for name, call in pairs(native) do
  local at = find(name, ".", 1, true)
  if at then
    local function wrapped(...) return raise(call(...)) end
    local library = libraries[sub(name, 1, at - 1)]
    if library then library[sub(name, at + 1)] = wrapped end
    checked[name] = wrapped
  end
end
os.print, os.complain = nil, nil

function os.difftime(a, b) return a - b + 0.0 end

-- posix ----------------------------------------------------------------------------------------------------------------

function posix.files(...)
  local names, why, number = raise(native["posix.dir"](...))
  if not names then return nil, why, number end
  local at = 0
  return function()
    if not names then error("attempt to use closed dir", 2) end
    at = at + 1
    local name = names[at]
    if name == nil then names = nil end
    return name
  end
end

-- io -------------------------------------------------------------------------------------------------------------------

local READ, WRITE = checked["file.read"], checked["file.write"]

local function isfile(v) return type(v) == "userdata" and rawget(methods, "read") and v.read == methods.read end

function io.type(v)
  if not isfile(v) then return nil end
  return checked["file.status"](v) and "file" or "closed file"
end

function methods.__tostring(f)
  return checked["file.status"](f) and "file (" .. address(f) .. ")" or "file (closed)"
end
function methods.__close(f)
  if checked["file.status"](f) then raise(native["file.close"](f)) end
end
function methods.read(...) return raise(native["file.read"](...)) end
function methods.write(...) return raise(native["file.write"](...)) end
function methods.seek(...) return raise(native["file.seek"](...)) end
function methods.close(f, ...) return raise(native["file.close"](f or io.output(), ...)) end
function methods.flush(f) return raise(native["file.write"](f)) end
function methods.setvbuf(f)
  raise(native["file.write"](f))
  return true
end

local function each(f, close, ...)
  local formats, n = {...}, select("#", ...)
  return function()
    if not checked["file.status"](f) then error("file is already closed", 2) end
    local function step(first, why, number, ...)
      if first == nil then
        if why and number then error(why, 3) end
        if close then raise(native["file.close"](f)) end
        return nil
      end
      return first, why, number, ...
    end
    if n == 0 then return (step(READ(f, "l"))) end
    return step(READ(f, unpack(formats, 1, n)))
  end
end

function methods.lines(f, ...)
  if not checked["file.status"](f) then error("attempt to use a closed file", 2) end
  return each(f, false, ...)
end

local stdin, stdout, stderr = native.standard()
io.stdin, io.stdout, io.stderr = stdin, stdout, stderr
local input, output = stdin, stdout

function io.open(...) return raise(native["file.open"](...)) end
function io.popen(...) return raise(native["file.popen"](...)) end
function io.tmpfile() return raise(native["file.tmpfile"]()) end
function io.close(...) return raise(native["file.close"](select("#", ...) == 0 and output or (...))) end
function io.read(...) return raise(native["file.read"](input, ...)) end
function io.write(...) return raise(native["file.write"](output, ...)) end

local function default(v, mode, current)
  if v == nil then return current end
  if type(v) ~= "string" then
    checked["file.status"](v)
    return v
  end
  local f, why = checked["file.open"](v, mode)
  if not f then error(why, 3) end
  return f
end
function io.input(f)
  input = default(f, "r", input)
  return input
end
function io.output(f)
  output = default(f, "w", output)
  return output
end
function io.lines(name, ...)
  if name == nil then return each(input, false, ...) end
  local f, why = checked["file.open"](name, "r")
  if not f then error(why, 2) end
  return each(f, true, ...), nil, nil, f
end

-- rpm ------------------------------------------------------------------------------------------------------------------

function rpm.unsplitargs(words)
  local out = {}
  for i = 1, #words do out[i] = "\31" .. words[i] .. "\31" end
  return concat(out, " ")
end

local hooks = {}
function rpm.register(name, f)
  if type(name) ~= "string" then error("bad argument #1 to 'register' (hook name expected)", 2) end
  if type(f) ~= "function" then error("bad argument #2 to 'register' (function expected)", 2) end
  hooks[name] = hooks[name] or {}
  local hook = {f = f}
  hooks[name][#hooks[name] + 1] = hook
  return hook
end
function rpm.unregister(name, hook)
  for i = #(hooks[name] or {}), 1, -1 do
    if hooks[name][i] == hook then table.remove(hooks[name], i) end
  end
end
function rpm.call(name, ...)
  for i = 1, #(hooks[name] or {}) do hooks[name][i].f({...}) end
end

local function equal(pattern, text)
  local out, at = {"^"}, 1
  while at <= #pattern do
    local c = sub(pattern, at, at)
    local set = c == "[" and {find(pattern, "^%[[!^]?%]?[^%]]*%]", at)}
    if c == "*" then out[#out + 1] = ".*"
    elseif c == "?" then out[#out + 1] = "."
    elseif set and set[1] then
      local inner = gsub(sub(pattern, at + 1, set[2] - 1), "^!", "^")
      out[#out + 1] = "[" .. gsub(inner, "%%", "%%%%") .. "]"
      at = set[2]
    else out[#out + 1] = gsub(c, "%p", "%%%0") end
    at = at + 1
  end
  return find(text, concat(out) .. "$") ~= nil and (sub(text, 1, 1) ~= "." or sub(pattern, 1, 1) == ".")
end

-- Names that match, in order; the pattern itself where none does and "c" is asked for.
function rpm.glob(pattern, flags)
  local places = {sub(pattern, 1, 1) == "/" and "/" or ""}
  for part in string.gmatch(pattern, "[^/]+") do
    local next = {}
    for _, place in ipairs(places) do
      if find(part, "[%*%?%[]") then
        local names = posix.dir(place == "" and "." or place) or {}
        table.sort(names)
        for _, name in ipairs(names) do
          if name ~= "." and name ~= ".." and equal(part, name) then next[#next + 1] = place .. name end
        end
      elseif posix.stat(place .. part) then
        next[#next + 1] = place .. part
      end
    end
    places = next
    if #places == 0 then break end
    for i = 1, #places do places[i] = places[i] .. "/" end
  end
  for i = 1, #places do places[i] = gsub(places[i], "(.)/$", "%1") end
  if #places == 0 and flags and find(flags, "c", 1, true) then places = {pattern} end
  return places
end

local version = {}
local function ver(e, v, r) return setmetatable({parts = {e = e, v = v, r = r}}, version) end
local function evr(v) return (v.parts.e and v.parts.e .. ":" or "") .. v.parts.v .. (v.parts.r and "-" .. v.parts.r or "") end
local function order(a, b) return rpm.vercmp(evr(a), evr(b)) end
version.__index = function(v, key)
  if key ~= "e" and key ~= "v" and key ~= "r" then error("invalid attribute: " .. key, 2) end
  return rawget(v, "parts")[key]
end
version.__tostring = function(v) return evr({parts = rawget(v, "parts")}) end
version.__eq = function(a, b) return order({parts = rawget(a, "parts")}, {parts = rawget(b, "parts")}) == 0 end
version.__lt = function(a, b) return order({parts = rawget(a, "parts")}, {parts = rawget(b, "parts")}) < 0 end
version.__le = function(a, b) return order({parts = rawget(a, "parts")}, {parts = rawget(b, "parts")}) <= 0 end
function rpm.ver(...)
  local n = select("#", ...)
  if n == 1 then return ver(checked["fd.parse"]((...))) end
  if n ~= 3 then error("invalid number of arguments: " .. n, 2) end
  local e, v, r = ...
  return ver(e and tostring(e), tostring(v), r and tostring(r))
end

-- Files of rpm.open: errors are raised, reading is of the rest.
local fd = {}
fd.__index = fd
fd.__tostring = function(f) return f.path end
function rpm.open(path, mode)
  mode = mode or "r"
  local flags, kind = string.match(mode, "^([^.]*)%.?(.*)$")
  local f, why
  if find(kind, "^%w+zdio$") or find(kind, "^%w+stdio$") then
    if not find(flags, "^r") then error(path .. " open failed: Invalid argument", 2) end
    f, why = checked["fd.decoded"](path)
  else
    if find(flags, "x", 1, true) and posix.access(path) then error(path .. " open failed: File exists", 2) end
    f, why = checked["file.open"](path, (gsub(flags, "[xT?]", "")))
  end
  if not f then error(path .. " open failed: " .. gsub(why, "^.*: ", ""), 2) end
  return setmetatable({file = f, path = path}, fd)
end
function fd:close()
  if not self.file then return -1 end
  self.file:close()
  self.file = nil
  return 0
end
function fd:read(n)
  local bytes, why = self.file:read(n and n >= 0 and n or "a")
  if not bytes and why then error("error reading " .. self.path .. ": " .. why, 2) end
  return bytes or ""
end
function fd:write(bytes, n)
  bytes = n and sub(bytes, 1, n) or bytes
  local fine, why = self.file:write(bytes)
  if not fine then error("error writing " .. self.path .. ": " .. why, 2) end
  return #bytes
end
function fd:flush() return 0 end
function fd:seek(whence, offset)
  local at, why = self.file:seek(whence or "cur", offset or 0)
  if not at then error(self.path .. ": seek failed: " .. why, 2) end
  return at
end
function fd:reopen(mode)
  local again = rpm.open(self.path, mode)
  self.file = again.file
  return self
end

macros = setmetatable({}, {
  __index = function(_, name)
    local defined, takes = rpm.isdefined(name)
    if not defined then return nil end
    if not takes then return rpm.expand("%{" .. name .. "}") end
    return function(words)
      if type(words) == "table" then words = concat(words, " ") end
      return rpm.expand("%{" .. name .. " " .. words .. "}")
    end
  end,
  __newindex = function(_, name, body)
    if body == nil then rpm.undefine(name) else rpm.define(name .. " " .. body) end
  end,
})

-- rex, bit32 -----------------------------------------------------------------------------------------------------------

local regex = {}
regex.__index = regex
function rex.new(pattern)
  checked["rex.check"](pattern)
  return setmetatable({pattern = pattern}, regex)
end
rex.newPOSIX = rex.new
function regex:match(s) return checked["rex.find"](self.pattern, s) end
function regex:gmatch(s, f, most)
  local n = 0
  while not most or n < most do
    local first, last, groups = checked["rex.find"](self.pattern, s)
    if not first then break end
    f(sub(s, first, last), groups)
    s, n = sub(s, last + 1), n + 1
    if last == 0 then break end
  end
  return n + 0.0
end

bit32 = {}
local function word(x) return x // 1 & 0xffffffff end
local function folded(start, join)
  return function(...)
    local out = start
    for i = 1, select("#", ...) do out = join(out, word((select(i, ...)))) end
    return out
  end
end
bit32.band = folded(0xffffffff, function(a, b) return a & b end)
bit32.bor = folded(0, function(a, b) return a | b end)
bit32.bxor = folded(0, function(a, b) return a ~ b end)
function bit32.bnot(x) return ~word(x) & 0xffffffff end
function bit32.btest(...) return bit32.band(...) ~= 0 end
function bit32.lshift(x, n) return n < 0 and bit32.rshift(x, -n) or n > 31 and 0 or word(x) << n & 0xffffffff end
function bit32.rshift(x, n) return n < 0 and bit32.lshift(x, -n) or n > 31 and 0 or word(x) >> n end
function bit32.arshift(x, n)
  x = word(x)
  if n < 0 or x < 0x80000000 then return bit32.rshift(x, n) end
  return n > 31 and 0xffffffff or (x >> n | ~(0xffffffff >> n)) & 0xffffffff
end
function bit32.lrotate(x, n)
  x, n = word(x), n % 32
  return (x << n | x >> (32 - n)) & 0xffffffff
end
function bit32.rrotate(x, n) return bit32.lrotate(x, -n) end
function bit32.extract(x, at, width) return word(x) >> at & (1 << (width or 1)) - 1 end
function bit32.replace(x, v, at, width)
  local mask = (1 << (width or 1)) - 1
  return word(x) & ~(mask << at) & 0xffffffff | (v & mask) << at
end

-- package, debug -------------------------------------------------------------------------------------------------------

local function read(path)
  local source, why = checked["file.slurp"](path)
  if not source then return nil, why end
  if sub(source, 1, 1) == "#" then source = gsub(source, "^[^\n]*", "", 1) end
  return source
end
function loadfile(path, mode, ...)
  local source, why = read(path or "/dev/stdin")
  if not source then return nil, "cannot open " .. why end
  return load(source, "@" .. (path or "=stdin"), mode, ...)
end
function dofile(path)
  local chunk, why = loadfile(path)
  if not chunk then error(why, 2) end
  return chunk()
end

package = {
  path = "/usr/lib/rpm/lua/?.lua", cpath = "", config = "/\n;\n?\n!\n-\n", preload = {},
  loaded = {_G = _G, coroutine = coroutine, io = io, math = math, os = os, posix = posix, rex = rex, rpm = rpm,
    string = string, table = table, utf8 = utf8, bit32 = bit32},
}
package.loaded.package = package
function package.searchpath(name, path, separator, by)
  name = gsub(name, gsub(separator or ".", "%p", "%%%0"), (gsub(by or "/", "%%", "%%%%")))
  local tried = {}
  for template in string.gmatch(path, "[^;]+") do
    local file = gsub(template, "%?", (gsub(name, "%%", "%%%%")))
    if posix.access(file) then return file end
    tried[#tried + 1] = "\n\tno file '" .. file .. "'"
  end
  return nil, concat(tried)
end
package.searchers = {
  function(name)
    if package.preload[name] then return package.preload[name], ":preload:" end
    return "\n\tno field package.preload['" .. name .. "']"
  end,
  function(name)
    local file, why = package.searchpath(name, package.path)
    if not file then return why end
    local chunk, e = loadfile(file)
    if not chunk then error("error loading module '" .. name .. "' from file '" .. file .. "':\n\t" .. e, 0) end
    return chunk, file
  end,
}
function require(name)
  local loaded = package.loaded
  if loaded[name] then return loaded[name] end
  local tried = {}
  for _, searcher in ipairs(package.searchers) do
    local loader, place = searcher(name)
    if type(loader) == "function" then
      local value = loader(name, place)
      if value ~= nil then loaded[name] = value end
      if loaded[name] == nil then loaded[name] = true end
      return loaded[name], place
    end
    tried[#tried + 1] = loader
  end
  error("module '" .. name .. "' not found:" .. concat(tried), 2)
end

debug = {
  traceback = function(message, ...)
    if message ~= nil and type(message) ~= "string" and type(message) ~= "number" then return message end
    return (message and message .. "\n" or "") .. "stack traceback:\n\t[C]: in ?"
  end,
  getinfo = function() return {source = "=?", short_src = "?", what = "main", currentline = -1, linedefined = -1} end,
}
package.loaded.debug = debug
