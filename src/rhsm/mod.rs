//! Red Hat entitlements.
