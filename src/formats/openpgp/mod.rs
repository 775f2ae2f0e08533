//! OpenPGP keys and detached signatures, as RPM uses them.
//!
//! A [`Keyring`] is parsed once: self-signatures, bindings, revocations and expiry are settled there. Checking a
//! signature then is one hash over the data and one operation of a public key.
//!
//! Policy, in short (RFC 9580; the rules are those of Sequoia's standard policy but for the clock, which nothing here
//! reads):
//! - hashes and keys must be as strong as the [`CryptoPolicy`] wants; by default SHA-224 over data, RSA of 2048 bits, no DSA;
//! - a key counts only if its certificate binds it with a valid self-signature, a subkey only if it signed back
//!   (CVE-2021-3521); SHA-1 is accepted *there* by default, as Red Hat's keys of 2009 need it, MD5 is not;
//! - expiry is judged at the time the signature says it was made: a package does not go bad after its release;
//! - a revocation for "superseded" or "retired" leaves older signatures alone, any other takes them all.

mod cert;
mod error;
mod keyring;
mod message;
mod policy;
#[cfg(test)]
mod tests;
mod verify;

pub use error::{KeyError, SignatureError};
pub use keyring::{KeyDescription, Keyring};
pub use policy::{CryptoPolicy, Rule};
pub use verify::Signer;
