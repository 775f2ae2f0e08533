//! From a lock to verified packages.
