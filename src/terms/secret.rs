//! Values that must never be seen.

use std::fmt;

/// Holds a token, password or key. It has no `Display` and no serialisation; `Debug` prints a placeholder.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Takes a value out of sight.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for the one place that sends it. Grep for this name to audit every use.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<secret>")
    }
}
