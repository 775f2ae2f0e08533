//! The mark of a value whose bytes were checked.

use std::ops::Deref;

/// A value whose bytes were compared with a trusted checksum. Stages that put bytes into an image accept nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    /// Declares `value` verified. Only two kinds of code may call this: the store, when a hash it computed itself equals
    /// the expected one (or is the name it files the bytes under), and `fetch`, for a package whose blob is already
    /// `Verified` and whose signature has just been checked. A third caller is a hole.
    pub(crate) fn vouch(value: T) -> Self {
        Self(value)
    }

    /// The value without its mark.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> AsRef<T> for Verified<T> {
    fn as_ref(&self) -> &T {
        &self.0
    }
}
