//! Registries: pull, push, mount.
