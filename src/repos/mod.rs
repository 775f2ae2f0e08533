//! RPM repositories: from a configuration to a catalog.
//!
//! ```text
//! .repo file ─▶ RepoConfig ─(variables)─▶ load ─▶ repomd.xml ─▶ primary.xml ─▶ Catalog     parsed once, then cached flat
//!                                                     └─▶ filelists.xml                    only when a path is asked for
//! ```
//!
//! This module knows the layout of a repository and nothing of transports: bytes come through [`Fetch`], which the
//! pipeline binds to the network client and the store. Several repositories are fetched and parsed at the same time.
//! It does not choose packages; that is [`solve`](crate::solve)'s.

mod config;
mod documents;
mod error;
mod fetch;
mod ini;
mod load;
mod local;
mod mirrors;
mod places;
mod variables;

pub use config::RepoConfig;
pub use error::{ConfigError, Error, Failure};
pub use fetch::Fetch;
pub use load::{Loaded, Repository, load};
pub use local::{LocalError, LocalFiles};
pub use mirrors::{Mirrors, mirrors};
pub use places::{LocationError, addresses};
pub use variables::Variables;

#[cfg(test)]
mod tests;
