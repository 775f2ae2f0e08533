//! Errors of the command line itself, and the box in which a verb's errors reach the one place that reports them.

use std::{fmt, io, path::PathBuf};

use crate::terms::{Class, Fault};

/// Any error of any tier below, on its way to [`super::report`].
pub(super) struct Failure(Box<dyn Fault>);

impl Failure {
    /// The error.
    pub(super) fn fault(&self) -> &dyn Fault {
        self.0.as_ref()
    }
}

impl<F: Fault> From<F> for Failure {
    fn from(fault: F) -> Self {
        Self(Box::new(fault))
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What only the command line can get wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(super) enum Error {
    /// Neither flag nor environment.
    #[error("there is no directory for the cache: neither DRYDOCK_CACHE nor XDG_CACHE_HOME nor HOME is set")]
    NoCache,
    /// Not a number of seconds.
    #[error("SOURCE_DATE_EPOCH={value:?} is no number of seconds since 1970")]
    BadEpoch {
        /// The variable's value.
        value: String,
    },
    /// `--push` without a name to push to is found out by the pipeline; a tag without `--push` here.
    #[error("--tag names a registry, and nothing is sent there without --push")]
    TagWithoutPush,
    /// A file the user asked for.
    #[error("cannot write {}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// An organisation without a key.
    #[error("registering takes an activation key")]
    NoActivationKey,
    /// A key without an organisation.
    #[error("registering with an activation key takes the organisation's id")]
    NoOrganisation,
    /// No such file. What was given is not shown: it may be the key itself.
    #[error("--rhsm-activation-key names no file that can be read")]
    LiteralActivationKey,
    /// Results could not be delivered.
    #[error("cannot write to standard output")]
    Output {
        /// Why.
        source: io::Error,
    },
    /// A bug.
    #[error("drydock came upon a bug of its own; the lines above say where")]
    Panicked,
}

impl Fault for Error {
    fn class(&self) -> Class {
        match self {
            Self::NoCache | Self::BadEpoch { .. } | Self::TagWithoutPush | Self::Write { .. } => Class::Usage,
            Self::NoActivationKey | Self::NoOrganisation | Self::LiteralActivationKey => Class::Usage,
            Self::Output { .. } | Self::Panicked => Class::Internal,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NoCache => Some("pass --cache DIR".into()),
            Self::BadEpoch { .. } => Some("unset it, or set it to a time such as `git log -1 --format=%ct`".into()),
            Self::TagWithoutPush => Some("add --push, or leave --tag out".into()),
            Self::Write { .. } => Some("name a path in a directory you may write to".into()),
            Self::Panicked => Some("please report it with the command line and these lines".into()),
            Self::NoActivationKey => {
                Some("pass --rhsm-activation-key FILE, or set DRYDOCK_RHSM_ACTIVATION_KEY to the key".into())
            }
            Self::NoOrganisation => Some("pass --rhsm-org ORG: the id that `subscription-manager identity` shows".into()),
            Self::LiteralActivationKey => Some(
                "a key itself does not belong on the command line, which every user of the machine can see: write it into a \
                 file (mode 0600), or set DRYDOCK_RHSM_ACTIVATION_KEY to it"
                    .into(),
            ),
            Self::Output { .. } => None,
        }
    }
}
