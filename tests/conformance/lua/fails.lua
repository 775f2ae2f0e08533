-- A plain error.
print("so far")
local function deep() error("it is broken") end
deep()
