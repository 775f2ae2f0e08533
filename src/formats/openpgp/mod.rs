//! OpenPGP keys and detached signatures, as RPM uses them.
