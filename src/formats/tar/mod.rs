//! tar entries in and out, PAX included.
