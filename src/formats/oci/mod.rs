//! OCI and Docker image documents and references.
