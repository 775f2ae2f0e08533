//! Red Hat entitlements: certificates that name the content sets their holder may download.
//!
//! ```text
//! discover(root) ─▶ SERIAL.pem + SERIAL-key.pem ─▶ Entitlement::parse ─▶ grant(label, now) ─▶ Content: baseurl, gpgkeys
//! ```
//!
//! An entitlement certificate of version 3 is a PEM file of three blocks: an X.509 certificate with Red Hat's extensions
//! (1.3.6.1.4.1.2312.9), `ENTITLEMENT DATA` (base64 of zlib of JSON: products and their content sets) and a signature
//! over it. The server believes the certificate alone; the data tells the client what to ask for. So its signature is not
//! needed here: forged data leads to addresses that refuse, or to packages whose own signatures don't hold.
//!
//! ```text
//! Credentials ─▶ Candlepin::register ─▶ Consumer ─▶ certificates ─▶ Pair …, and at last Candlepin::unregister
//! ```
//!
//! Takes bytes and an explicit "now"; reads no clock, opens no socket. What is called `discover` looks at the disk, below the
//! root it is given: certificates, [`Conf`] (`rhsm.conf`), [`Override`]s; and a [`Record`] is a file, because it has to outlive
//! a build that is killed. [`Candlepin`] says what to ask of the subscription service, and the pipeline asks it. Private
//! keys are only found here, never opened: see [`net::ClientCertificate`](crate::net::ClientCertificate).

mod candlepin;
mod certificate;
mod conf;
mod content;
mod der;
mod discover;
mod entitlement;
mod error;
mod first_version;
mod grant;
mod overrides;
mod path_tree;
mod pem;
mod record;
mod service_error;
#[cfg(test)]
mod tests;

pub use candlepin::{Candlepin, Consumer, Credentials, Pair, is_uuid, message};
pub use conf::{CDN, Conf};
pub use content::Content;
pub use discover::{CertificateFile, discover, in_directory};
pub use entitlement::Entitlement;
pub use error::{Defect, Error};
pub use grant::{Grant, grant};
pub use overrides::{Override, host_release};
pub use record::{Record, Registration};
pub use service_error::{ServiceError, Step};
