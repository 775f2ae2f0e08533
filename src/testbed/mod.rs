//! A registry, an entitled CDN and an RPM maker inside the process.
