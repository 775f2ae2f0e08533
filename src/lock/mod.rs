//! What we promise.
