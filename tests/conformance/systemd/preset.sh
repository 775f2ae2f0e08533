# preset
units
# ---
t systemctl preset a b c
t systemctl preset t@.service
t systemctl preset u@.service
t systemctl preset nosuch a
t systemctl preset masked
t systemctl preset alias
t systemctl enable b
t systemctl preset b
t systemctl preset also1
t systemctl --no-reload preset static
t systemctl preset --preset-mode=enable-only b a
t systemctl preset mempty
