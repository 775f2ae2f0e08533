//! The one HTTP client: TLS, client certificates, proxies, retries, resumption, and the offline gate.
//!
//! ```text
//! Client::get_small ─┐
//! Client::download ──┼─▶ offline gate ─▶ retry ─▶ redirects ─▶ one exchange (reqwest, one pool per Identity)
//! Client::request ───┘        └ file:// never leaves the disk
//! ```
//!
//! Every other module that wants bytes from elsewhere goes through [`Client`], so that a proxy, a corporate CA or
//! `--offline` is one decision, and so that no secret leaves but where it belongs: credentials of an [`Identity`] and
//! `Authorization` headers never follow a redirect to another host, and every URL in an error is [`redacted`].
//!
//! Not known here: registries, repositories, checksums. Who downloads checks what came.
//! All futures are `Send` and may be dropped at any moment; they need a tokio runtime with time and I/O.

mod client;
mod error;
mod failure;
mod identity;
mod local;
mod redact;
mod redirect;
mod request;
mod retry;
mod runtime;
#[cfg(test)]
pub(crate) mod scripted;
mod settings;
#[cfg(test)]
mod tests;
mod tls;
mod transfer;

pub use client::Client;
pub(crate) use error::status_text;
pub use error::{Error, Refusal, SinkFault, Words};
pub use failure::{Cause, Failure};
pub use identity::{ClientCertificate, Identity, IdentityError};
pub use redact::redacted;
pub use request::{Body, Request, Response};
pub use reqwest::{
    Method,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
pub use runtime::runtime;
pub use settings::{Proxies, Settings};
pub use transfer::Sink;
