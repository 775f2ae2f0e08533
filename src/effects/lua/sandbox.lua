-- The base library as a scriptlet gets it. Given: the natives. Returned: what library.lua goes on with.
-- What is different from Lua's own: only text is loaded; nothing is told by address; tables are gone through in the order of
-- their keys; no finalizers; nothing catches the end of a run; what can take long is charged for.
local native = ...
local halted, charge, find = native.halted, native.charge, native.match
local error, type, select, rawget, rawset, rawlen, setmetatable0 = error, type, select, rawget, rawset, rawlen, setmetatable
local next0, pcall0, xpcall0, load0, tostring0, getmetatable = next, pcall, xpcall, load, tostring, getmetatable
local concat, unpack, sub, format0, byte, rep = table.concat, table.unpack, string.sub, string.format, string.byte, string.rep
local resume0, close0 = coroutine.resume, coroutine.close
local mathtype, tointeger, tonumber = math.type, math.tointeger, tonumber
local sort

-- What a native answers: its results, or the error it wants raised where it was called.
local function raise(ok, ...)
  if ok then return ... end
  error((...), 2)
end

local function bad(n, name, why) error(("bad argument #%d to '%s' (%s)"):format(n, name, why), 3) end

local function text(v, n, name)
  local t = type(v)
  if t == "string" then return v end
  if t == "number" then return tostring0(v) end
  error(("bad argument #%d to '%s' (string expected, got %s)"):format(n, name, v == nil and "no value" or t), 3)
end

-- The end of a run goes through every pcall. It comes as an error out of a hook, during which no hook counts: so no message
-- handler may run then.
local function checked(...)
  if halted() then error("stopped", 0) end
  return ...
end
function pcall(...) return checked(pcall0(...)) end
function xpcall(f, handler, ...)
  if type(handler) ~= "function" then return xpcall0(f, handler, ...) end
  return checked(xpcall0(f, function(...)
    if halted() then return (...) end
    return handler(...)
  end, ...))
end
function coroutine.resume(...) return checked(resume0(...)) end
function coroutine.close(...) return checked(close0(...)) end

-- Finalizers would run where no hook counts. Who closes what is written down: that ends with the run (meter.rs).
local metatables = setmetatable0(native.metatables, {__mode = "k"})
function setmetatable(t, mt, ...)
  local gc
  if type(mt) == "table" then
    metatables[mt] = true
    gc = rawget(mt, "__gc")
  end
  if not gc then return setmetatable0(t, mt, ...) end
  rawset(mt, "__gc", nil)
  local ok, e = pcall0(setmetatable0, t, mt)
  rawset(mt, "__gc", gc)
  if not ok then error(e, 2) end
  return t
end

-- Numbers instead of addresses.
local serials, serial = setmetatable0({}, {__mode = "k"}), 0
local function address(v)
  if not serials[v] then
    serial = serial + 1
    serials[v] = serial
  end
  return format0("0x%012x", 0x555500000000 + serials[v] * 32)
end
local addressed = {table = true, ["function"] = true, thread = true, userdata = true}
function tostring(...)
  local v = ...
  if not addressed[type(v)] then return tostring0(...) end
  local s = tostring0(v)
  local at = find(s, ": 0x%x+$", 1, "find")
  if not at then at = find(s, ": builtin: 0x%x+$", 1, "find") end
  return at and sub(s, 1, at - 1) .. ": " .. address(v) or s
end
local tostring = tostring

function print(...)
  local out = {}
  for i = 1, select("#", ...) do
    local s = tostring((select(i, ...)))
    if type(s) ~= "string" then error("'tostring' must return a string to 'print'", 2) end
    out[i] = s
  end
  return raise(native["os.print"](concat(out, "\t") .. "\n"))
end

local warning = false
function warn(...)
  local s = concat({...})
  if s == "@on" or s == "@off" then warning = s == "@on"
  elseif warning then raise(native["os.complain"]("Lua warning: " .. s .. "\n")) end
end

-- Only text; a piece's work is charged.
function load(chunk, name, mode, ...)
  mode = mode or "bt"
  if type(chunk) == "function" then
    local pieces = {}
    repeat
      local piece = chunk()
      if piece ~= nil and type(piece) ~= "string" then return nil, "reader function must return a string" end
      pieces[#pieces + 1] = piece
    until not piece or piece == ""
    chunk, name = concat(pieces), name or "=(load)"
  elseif type(chunk) ~= "string" then
    text(chunk, 1, "load")
    chunk = tostring0(chunk)
  end
  charge(#chunk // 64)
  if not find(mode, "t", 1, "plain") then return nil, "attempt to load a text chunk (mode is '" .. mode .. "')" end
  return load0(chunk, name or chunk, "t", ...)
end

function collectgarbage(what)
  if what == "count" then return native.memory() end
  if what == "isrunning" then return true end
  return 0
end

-- Keys in order: numbers, strings, then what has none.
local function order(t)
  local n, keys, count, plain = rawlen(t), {}, 0, true
  for k in next0, t do
    count = count + 1
    keys[count] = k
    if plain and not (mathtype(k) == "integer" and k >= 1 and k <= n) then plain = false end
  end
  if plain and count == n then
    for i = 1, n do keys[i] = i end
    return keys
  end
  local numbers, strings, others = {}, {}, {}
  for i = 1, count do
    local k = keys[i]
    local kind = type(k)
    local list = kind == "number" and numbers or kind == "string" and strings or others
    list[#list + 1] = k
    -- The booleans first, of what has no order.
    if k == true then list[#list], list[1] = list[1], true end
  end
  sort(numbers)
  sort(strings)
  local at = 0
  for _, list in next0, {numbers, strings, others} do
    for i = 1, #list do
      at = at + 1
      keys[at] = list[i]
    end
  end
  return keys
end

local orders = setmetatable0({}, {__mode = "k"})
function next(t, k)
  if type(t) ~= "table" then bad(1, "next", "table expected, got " .. (t == nil and "nil" or type(t))) end
  local at
  if k == nil then
    at = 0
    if next0(t) == nil then return nil end
    orders[t] = nil
  else
    at = orders[t] and orders[t].places[k]
  end
  if not at or not orders[t] then
    local keys, places = order(t), {}
    for i = 1, #keys do places[keys[i]] = i end
    orders[t] = {keys = keys, places = places}
    if k ~= nil then at = places[k] or error("invalid key to 'next'", 2) end
  end
  local keys = orders[t].keys
  for i = at + 1, #keys do
    local v = rawget(t, keys[i])
    if v ~= nil then return keys[i], v end
  end
  orders[t] = nil
  return nil
end
local next = next

function pairs(...)
  local t = ...
  local mt = getmetatable(t)
  local own = type(mt) == "table" and rawget(mt, "__pairs")
  if own then
    local f, s, c = own(t)
    return f, s, c
  end
  if type(t) ~= "table" then
    bad(1, "for iterator", "table expected, got " .. (select("#", ...) == 0 and "no value" or type(t)))
  end
  local keys, at = order(t), 0
  return function(t)
    while true do
      at = at + 1
      local k = keys[at]
      if k == nil then return nil end
      local v = rawget(t, k)
      if v ~= nil then return k, v end
    end
  end, t, nil
end

-- Tables ---------------------------------------------------------------------------------------------------------------

-- A merge sort: as stable as anybody can wish, and every comparison counted.
function sort(t, less)
  local n = #t
  less = less or function(a, b) return a < b end
  local from, to = {}, {}
  for i = 1, n do from[i] = t[i] end
  local width = 1
  while width < n do
    for left = 1, n, 2 * width do
      local middle, stop = left + width, left + 2 * width
      if middle > n + 1 then middle = n + 1 end
      if stop > n + 1 then stop = n + 1 end
      local a, b = left, middle
      for i = left, stop - 1 do
        if a < middle and (b >= stop or not less(from[b], from[a])) then
          to[i] = from[a]
          a = a + 1
        else
          to[i] = from[b]
          b = b + 1
        end
      end
    end
    from, to = to, from
    width = 2 * width
  end
  for i = 1, n do t[i] = from[i] end
end

table.sort = sort

local function costly(name, cost)
  local own = table[name]
  table[name] = function(...)
    charge(cost(...))
    return own(...)
  end
end
local function length(t) return type(t) == "table" and rawlen(t) // 64 or 0 end
costly("insert", function(t, ...) return select("#", ...) > 1 and length(t) or 0 end)
costly("remove", function(t, at) return at and length(t) or 0 end)
costly("move", function(t, from, to) return mathtype(from) and mathtype(to) and to > from and (to - from) // 64 // 1 | 0 or 0 end)
costly("concat", length)
costly("unpack", length)

-- Strings --------------------------------------------------------------------------------------------------------------

string.dump = nil

function string.format(...)
  local format = ...
  if type(format) == "string" and find(format, "%p", 1, "plain") and find(format, "%%%-?%d*p", 1, "find") then
    error("invalid conversion '%p' to 'format'", 2)
  end
  for i = 2, select("#", ...) do
    if addressed[type((select(i, ...)))] then
      local args = {...}
      for j = 2, select("#", ...) do
        if addressed[type(args[j])] then args[j] = tostring(args[j]) end
      end
      return format0(unpack(args, 1, select("#", ...)))
    end
  end
  return format0(...)
end

local function start(s, init)
  init = init or 1
  if init < 0 then
    init = #s + init + 1
    if init < 1 then init = 1 end
  elseif init == 0 then
    init = 1
  end
  return init // 1 | 0
end

local function number(v, n, name)
  if v == nil then return nil end
  local i = tointeger(tonumber(v))
  if not i then error(("bad argument #%d to '%s' (number expected, got %s)"):format(n, name, type(v)), 3) end
  return i
end

-- Anything special in it?
local function special(pattern) return find(pattern, "[%^%$%*%+%?%.%(%[%%%-]", 1, "find") end

local function found(first, ...)
  if first == false then error((...), 2) end
  return first, ...
end

function string.find(s, pattern, init, plain)
  s, pattern, init = text(s, 1, "find"), text(pattern, 2, "find"), number(init, 3, "find")
  local kind = (plain or not special(pattern)) and "plain" or "find"
  return found(find(s, pattern, start(s, init), kind))
end

local function groups(s, first, last, ...)
  if first == false then error(last, 2) end
  if not first then return nil end
  if select("#", ...) == 0 then return sub(s, first, last) end
  return ...
end

function string.match(s, pattern, init)
  s, pattern, init = text(s, 1, "match"), text(pattern, 2, "match"), number(init, 3, "match")
  return groups(s, find(s, pattern, start(s, init), "find"))
end

function string.gmatch(s, pattern, init)
  s, pattern, init = text(s, 1, "gmatch"), text(pattern, 2, "gmatch"), number(init, 3, "gmatch")
  local at, last = start(s, init), nil
  local function step(first, stop, ...)
    if first == false then error(stop, 2) end
    if not first then return nil end
    -- Not twice at one place: an empty match where the last one ended does not count.
    if stop == last then
      at = at + 1
      if at > #s + 1 then return nil end
      return step(find(s, pattern, at, "gmatch"))
    end
    at, last = stop + 1, stop
    if select("#", ...) == 0 then return sub(s, first, stop) end
    return ...
  end
  return function()
    if at > #s + 1 then return nil end
    return step(find(s, pattern, at, "gmatch"))
  end
end

local function replacement(by, name)
  local kind = type(by)
  if kind == "number" then by, kind = tostring0(by), "string" end
  if kind == "function" then return by end
  if kind == "table" then return function(key) return by[key] end end
  if kind ~= "string" then
    error(("bad argument #3 to 'gsub' (string/function/table expected, got %s)"):format(by == nil and "no value" or kind), 3)
  end
  if not find(by, "%", 1, "plain") then return function() return by end end
  return function(whole, ...)
    local out, at, groups = {}, 1, {...}
    while true do
      local place = find(by, "%", at, "plain")
      if not place then break end
      out[#out + 1] = sub(by, at, place - 1)
      local c = sub(by, place + 1, place + 1)
      if c == "%" then out[#out + 1] = "%"
      elseif c == "0" then out[#out + 1] = name.whole
      elseif c == "1" and name.groups == 0 then out[#out + 1] = name.whole
      elseif find(c, "%d", 1, "find") then
        local i = tonumber(c)
        if i > name.groups then error(("invalid capture index %%%d in replacement string"):format(i), 0) end
        out[#out + 1] = tostring0(i == 1 and whole or groups[i - 1])
      else error("invalid use of '%' in replacement string", 0) end
      at = place + 2
    end
    out[#out + 1] = sub(by, at)
    return concat(out)
  end
end

function string.gsub(s, pattern, by, most)
  s, pattern, most = text(s, 1, "gsub"), text(pattern, 2, "gsub"), number(most, 4, "gsub")
  local state = {}
  by = replacement(by, state)
  local anchored = sub(pattern, 1, 1) == "^"
  local out, at, count, last = {}, 1, 0, nil
  local function one(first, stop, ...)
    if first == false then error(stop, 3) end
    if not first then return false end
    if stop == last then
      -- Nothing, where the last match ended: that place is passed over.
      if at > #s then return false end
      out[#out + 1] = sub(s, at, at)
      at = at + 1
      return true
    end
    out[#out + 1] = sub(s, at, first - 1)
    local whole = sub(s, first, stop)
    state.whole, state.groups = whole, select("#", ...)
    local value
    if state.groups == 0 then value = by(whole) else value = by(...) end
    if not value then value = whole
    elseif type(value) ~= "string" and type(value) ~= "number" then
      error(("invalid replacement value (a %s)"):format(type(value)), 3)
    end
    out[#out + 1] = value
    count = count + 1
    at, last = stop + 1, stop
    return true
  end
  while not most or count < most do
    if not one(find(s, pattern, at, "find")) or anchored then break end
  end
  out[#out + 1] = sub(s, at)
  return concat(out), count
end

-- Numbers --------------------------------------------------------------------------------------------------------------

local randomseed = math.randomseed
randomseed(20030811, 0)
function math.randomseed(...)
  if select("#", ...) == 0 then return randomseed(20030811, 0) end
  return randomseed(...)
end

-- The run --------------------------------------------------------------------------------------------------------------

local function told(e)
  if type(e) == "string" or type(e) == "number" then return tostring0(e) end
  return "(null)"
end

local function run(source, name)
  local chunk, e = load0(source, name, "t")
  if not chunk then return false, "invalid syntax in lua script: " .. e end
  local ok, e = pcall0(chunk)
  if ok then return true end
  return false, "lua script failed: " .. told(e)
end

return {raise = raise, text = text, address = address, load0 = load0, run = run, tostring0 = tostring0}
