//! Registries: pull, push, mount.
//!
//! The protocol (OCI distribution 1.1, Docker registry v2) is spoken here over [`crate::net::Client`] rather than through
//! `oci-client`: the offline gate, TLS identities, proxies, redirect rules and resumption have to be the one client's,
//! and nothing may reach the store but through its verifying writer.
//!
//! ```text
//! Registry::document ─┐                  ┌─ token or Basic, learnt from a 401, kept per host and scope
//! Registry::blob ─────┼─▶ session ───────┤
//! Registry::push ─────┘                  └─ net::Client
//! ```
//!
//! A push is complete or invisible: blobs, then manifests, then the index by digest, then the tags. What is there
//! already is not sent again.

mod auth_file;
mod challenge;
mod error;
pub mod policy;
mod pull;
mod push;
mod session;
#[cfg(test)]
mod tests;
mod token;
mod upload;

pub use auth_file::{AuthFile, AuthFileError, AuthPlaces, Credentials, HelperNeeded, Login};
pub use error::{Error, ErrorCode, RegistryWords, TokenFailure};
pub use push::PushReport;
pub use session::{Registry, Settings};
