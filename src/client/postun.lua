-- What the client remembered goes with it: nothing but this would ever remove it.
if tonumber(arg[2]) == 0 then
  local state = "/var/lib/instantmirror-client"
  for _, folder in ipairs({ state .. "/unsent", state }) do
    for _, name in ipairs(posix.dir(folder) or {}) do
      if name ~= "." and name ~= ".." then
        os.remove(folder .. "/" .. name)
      end
    end
    os.remove(folder)
  end
end
