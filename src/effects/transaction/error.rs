//! Why a transaction ends without an image.

use std::io;

use crate::{
    effects::EffectError,
    formats::rpm::HeaderError,
    rootfs::install::InstallError,
    terms::{Class, Fault, Nevra},
};

/// Why a transaction ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransactionError {
    /// Packages that cannot be unpacked.
    #[error(transparent)]
    Install(#[from] InstallError),
    /// What follows the scriptlets.
    #[error(transparent)]
    Effect(#[from] EffectError),
    /// Libraries and kernel modules that could not be looked into.
    #[error("looking into libraries and kernel modules")]
    Facts(#[source] io::Error),
    /// A header whose scriptlets do not add up.
    #[error("reading the scriptlets of {package}")]
    Header {
        /// The package.
        package: Nevra,
        /// Why.
        source: HeaderError,
    },
    /// A scriptlet without which rpm does not install or erase the package.
    #[error("running {scriptlet} of {package}")]
    Scriptlet {
        /// The package.
        package: Nevra,
        /// The directive: `%pre`.
        scriptlet: &'static str,
        /// How it failed.
        source: ScriptletFailure,
    },
}

/// How a scriptlet failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}{}{}", at(*.line), said(.output))]
pub struct ScriptletFailure {
    /// `exit status 3`, `stopped: it ran too long`.
    pub what: String,
    /// The line it was at, counted from 1; 0 where that is not known.
    pub line: usize,
    /// The end of what it printed.
    pub output: String,
}

fn at(line: usize) -> String {
    if line == 0 { String::new() } else { format!(" at line {line}") }
}

fn said(output: &str) -> String {
    if output.is_empty() { String::new() } else { format!("; it printed:\n{output}") }
}

impl Fault for TransactionError {
    fn class(&self) -> Class {
        match self {
            Self::Install(e) => e.class(),
            Self::Effect(e) => e.class(),
            Self::Facts(_) => Class::Internal,
            Self::Header { .. } | Self::Scriptlet { .. } => Class::Verification,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Install(e) => e.hint(),
            Self::Effect(e) => e.hint(),
            Self::Header { .. } | Self::Facts(_) => None,
            Self::Scriptlet { .. } => Some(
                "rpm would not go on either; --scriptlets skip builds without any scriptlet, and the report says so"
                    .to_owned(),
            ),
        }
    }
}
