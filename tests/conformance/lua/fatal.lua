-- An error without a place.
required = "9.2"
if rpm.vercmp("5.14", required) < 0 then
  error("FATAL: kernel too old", 0)
end
