//! What scriptlets and recipes leave behind.
