//! OCI layouts on disk and in archives.
