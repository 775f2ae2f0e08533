//! Which images are taken: containers-policy.json(5), and signatures that satisfy it.
//!
//! ```text
//! policy.json ─▶ Policy::requirements(image) ─▶ signedBy        simple signing: an OpenPGP message in a lookaside
//!                                             └▶ sigstoreSigned  cosign: a payload beside the image, signed with ECDSA P-256
//! ```
//!
//! Both sign a small document that names the image's digest and where it is to be found; [`Payload`] reads it. Who fetches
//! signatures is the pipeline; [`Lookasides`] says where simple ones are.

mod document;
mod error;
mod lookaside;
mod payload;
mod signature;
#[cfg(test)]
mod tests;

pub use document::{Keys, Match, Policy, Requirement};
pub use error::{PolicyError, Refusal};
pub use lookaside::Lookasides;
pub use payload::Payload;
pub(crate) use signature::is_sigstore_key;
pub use signature::{COSIGN_ANNOTATION, COSIGN_MEDIA_TYPE, cosign, cosign_tag, simple};
