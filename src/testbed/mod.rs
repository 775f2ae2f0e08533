//! A registry, an entitled CDN and an RPM maker inside the process: what the integration tests stand on and what
//! `drydock demo` runs. No outside tool, no clock in what it makes: the same spec gives the same bytes on every machine.
//!
//! | part | what it makes |
//! |---|---|
//! | [`spec`] [`files`] [`maker`] | RPM packages, ordinary, odd and malformed, from a [`Spec`] |
//! | [`keys`] | three embedded **test** keys; v4 and v3 signatures |
//! | [`repo`] | repomd, primary and filelists for a set of made packages |
//! | [`server`] [`tls`] | an HTTP/1 server on 127.0.0.1 in a thread of its own, with mutual TLS and a request log |
//! | [`entitlement`] | client certificates that list content sets, as Red Hat's do |
//! | [`candlepin`] | a subscription service that validates what it is asked |
//! | [`cdn`] | a file tree from memory, with ranges, entitlement checks and injected faults |
//! | [`registry`] | the distribution protocol: pull, push, mount, authentication |
//! | [`image`] | OCI base images out of made packages |
//! | [`world`] | a small Red Hat-like world for two architectures, laid out as the CDN lays it out |
//!
//! Nothing here is hardened: it answers only on the loopback interface, and its failures are panics with a reason, as befits
//! a test fixture that the program itself feeds.

pub mod candlepin;
pub mod cdn;
mod compress;
mod cpio;
pub mod entitlement;
pub mod files;
mod header;
pub mod image;
pub mod keys;
pub mod maker;
mod path_tree;
pub mod registry;
mod relations;
pub mod repo;
pub mod server;
pub mod spec;
pub mod tls;
pub mod world;

pub use candlepin::Candlepin;
pub use cdn::{Cdn, Fault, Trouble};
pub use compress::compress;
pub use files::{Kind, MadeFile};
pub use image::MadeImage;
pub use keys::{Key, SignatureVersion};
pub use maker::{Made, make};
pub use registry::Registry;
pub use repo::Repo;
pub use server::{Seen, Server};
pub use spec::{Compression, Script, Spec, When};
pub use tls::Authority;
pub use world::World;
#[cfg(test)]
mod tests;
