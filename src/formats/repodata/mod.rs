//! rpm-md repository metadata.
