//! RPM package files and headers.
