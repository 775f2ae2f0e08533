//! Why an entitlement cannot be used, and what helps.

use std::io;

use crate::terms::{Arch, Class, Fault, rfc3339};

/// What is broken in a certificate's file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Defect {
    /// A PEM block without its END line.
    #[error("the PEM block {block} has no end")]
    Unterminated {
        /// `CERTIFICATE` or `ENTITLEMENT DATA`.
        block: &'static str,
    },
    /// A PEM block whose text is not base64.
    #[error("the PEM block {block} is not base64")]
    Base64 {
        /// `CERTIFICATE` or `ENTITLEMENT DATA`.
        block: &'static str,
        /// Where.
        source: base64::DecodeError,
    },
    /// The certificate's DER ends early.
    #[error("the certificate ends within {what}")]
    Truncated {
        /// What was being read.
        what: &'static str,
    },
    /// A length that DER does not have.
    #[error("{what} has an impossible length")]
    Length {
        /// What was being read.
        what: &'static str,
    },
    /// Something else stands in its place.
    #[error("in place of {what} stands an element with tag {tag:#04x}")]
    Unexpected {
        /// What was being read.
        what: &'static str,
        /// The tag found.
        tag: u8,
    },
    /// The right element with an impossible value.
    #[error("{what} has an impossible value")]
    Value {
        /// What was being read.
        what: &'static str,
    },
    /// The data block is not zlib.
    #[error("the entitlement data cannot be decompressed")]
    Compression(#[source] io::Error),
    /// The words of the path tree are not zlib.
    #[error("the path tree's words cannot be decompressed")]
    PathWords(#[source] io::Error),
    /// A decompression bomb.
    #[error("the entitlement data is larger than {limit} bytes")]
    TooLarge {
        /// What is allowed.
        limit: u64,
    },
    /// The data block is not the JSON of an entitlement.
    #[error("the entitlement data is not what version 3 has")]
    Json(#[source] serde_json::Error),
    /// A flood of content sets.
    #[error("the entitlement data has more than {limit} content sets")]
    TooMany {
        /// What is allowed.
        limit: usize,
    },
}

/// An entitlement that cannot be used, or a label that none opens.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file is damaged.
    #[error("reading the entitlement certificate {name}")]
    Broken {
        /// The file.
        name: String,
        /// What is broken.
        source: Defect,
    },
    /// The file holds no certificate.
    #[error("{name} holds no PEM certificate")]
    NoCertificate {
        /// The file.
        name: String,
    },
    /// A certificate without Red Hat's version extension.
    #[error("{name} is a certificate, but not of an entitlement")]
    NoEntitlementCertificate {
        /// The file.
        name: String,
    },
    /// An entitlement of another format.
    #[error("the entitlement certificate {name} has version {found:?}, and only 3.x lists its content")]
    Version {
        /// The file.
        name: String,
        /// Its version.
        found: String,
    },
    /// The certificate alone, without the block that lists its content.
    #[error("the entitlement certificate {name} has no ENTITLEMENT DATA block")]
    NoData {
        /// The file.
        name: String,
    },
    /// Its key is not there.
    #[error("the entitlement certificate {name} has no key: there is no {key}")]
    NoKey {
        /// The certificate's file.
        name: String,
        /// Where the key should be.
        key: String,
    },
    /// Too late.
    #[error("the entitlement certificate {name} expired on {}", rfc3339(*since))]
    Expired {
        /// The file.
        name: String,
        /// Its last valid second, since 1970.
        since: u64,
    },
    /// Too early, or a clock that is wrong.
    #[error("the entitlement certificate {name} is not valid before {}", rfc3339(*until))]
    NotYetValid {
        /// The file.
        name: String,
        /// Its first valid second, since 1970.
        until: u64,
    },
    /// A label, and no certificate at all.
    #[error("content label {label:?} needs an entitlement certificate, and there is none")]
    NoEntitlement {
        /// The label.
        label: String,
    },
    /// The certificate lists content at a path that its tree of paths leaves out, or is asked for a path it does not know.
    #[error("the entitlement certificate {name} does not grant the path {path}")]
    PathNotGranted {
        /// The file.
        name: String,
        /// The path, below the network's base URL.
        path: String,
    },
    /// A path of extended update support, which there is for minor releases only.
    #[error("content label {label:?} is of a minor release, and $releasever is {releasever:?}")]
    MinorRelease {
        /// The label.
        label: String,
        /// What there is.
        releasever: String,
    },
    /// The subscription service's answer is not what its description says.
    #[error("reading the subscription service's {what}")]
    Answer {
        /// What was being read.
        what: &'static str,
        /// Why it does not read.
        source: serde_json::Error,
    },
    /// No certificate has the label.
    #[error("no entitlement certificate grants the content label {label:?}")]
    NotGranted {
        /// The label.
        label: String,
        /// Up to five labels that are granted and look like it, likest first.
        near: Vec<String>,
        /// The label's architecture, if the certificates grant the same for another and nothing for this one.
        other_arch: Option<Arch>,
    },
}

impl Fault for Error {
    /// [`Class::Usage`] for files and labels that name the wrong thing, [`Class::Network`] (credentials) for certificates
    /// that no server would take.
    fn class(&self) -> Class {
        match self {
            Self::Expired { .. } | Self::NotYetValid { .. } | Self::PathNotGranted { .. } => Class::Network,
            Self::Answer { .. } => Class::Network,
            _ => Class::Usage,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Broken { .. } | Self::NoCertificate { .. } => {
                "copy the file again, whole, from /etc/pki/entitlement of a subscribed host".into()
            }
            Self::NoEntitlementCertificate { .. } => {
                "entitlements are in /etc/pki/entitlement (/etc/pki/consumer has the \
                 host's identity, /etc/pki/product what is installed); `subscription-manager refresh` fetches them anew"
                    .into()
            }
            Self::Version { .. } => {
                "register the host again with a subscription-manager that asks for version 3 (1.1 or later)".into()
            }
            Self::NoData { .. } => "copy the whole file, not only its first block, from /etc/pki/entitlement of a \
                 subscribed host (`openssl x509` keeps only the first)"
                .into(),
            Self::NoKey { name, key } => {
                format!("copy {key} from the same host, or pass the pair: --entitlement {name},KEY.pem")
            }
            Self::Expired { .. } => {
                "run `subscription-manager refresh` on the host the certificate is of, and pass the \
                 new one with --entitlement"
                    .into()
            }
            Self::NotYetValid { .. } => {
                "check this machine's clock (`timedatectl`), or pass a certificate that is valid today".into()
            }
            Self::PathNotGranted { .. } => {
                "check $releasever and the architecture in it, and run `subscription-manager refresh` on the \
                 host the certificate is of: its subscription may have changed"
                    .into()
            }
            Self::MinorRelease { releasever, .. } => {
                format!("name the minor release: --set releasever={releasever}.4, or releasever in the recipe's [vars]")
            }
            Self::Answer { .. } => "is --rhsm-server (or rhsm.conf) the address of a subscription service?".into(),
            Self::NoEntitlement { .. } => {
                "pass --entitlement DIR or CERT.pem,KEY.pem of a subscribed host, or give the \
                 repositories by address: --repo ID=URL"
                    .into()
            }
            Self::NotGranted { other_arch: Some(arch), .. } => format!(
                "the certificates are of hosts with another architecture: pass one of a host of {arch}, or of one \
                 registered with the fact supported_architectures listing {arch}"
            ),
            Self::NotGranted { near, .. } if near.is_empty() => {
                "`drydock rhsm repos` lists the labels that are granted".into()
            }
            Self::NotGranted { near, .. } => format!("granted labels near it: {}", near.join(", ")),
        })
    }
}

const _: () = {
    const fn sent<T: Send + Sync + 'static>() {}
    sent::<Error>();
    sent::<Defect>();
};
