//! A file system as data.
