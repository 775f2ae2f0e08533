//! RPM repositories: from a configuration to a catalog.
