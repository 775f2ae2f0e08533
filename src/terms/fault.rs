//! What every error a user can meet must answer: how bad, and what to type next.

use std::{error::Error, io};

/// The kinds of failure, one per exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A bug of drydock's, or a machine that fails (disk full, I/O error).
    Internal,
    /// The command line, the recipe or the lock says something impossible, or names a place that cannot be used.
    Usage,
    /// No set of packages satisfies the request, or packages conflict.
    Unsatisfiable,
    /// Bytes are not what they were promised to be.
    Verification,
    /// A registry or repository cannot be reached or does not let us in.
    Network,
    /// Something is neither in the store nor in the bundle, and `--offline` was asked for.
    Offline,
}

impl Class {
    /// The process exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Internal => 1,
            Self::Usage => 2,
            Self::Unsatisfiable => 3,
            Self::Verification => 4,
            Self::Network => 5,
            Self::Offline => 6,
        }
    }
}

/// An error with a [`Class`] and, where there is one, a hint.
///
/// House rule: `Display` says what was attempted, `source()` says why, never both in one string.
pub trait Fault: Error + Send + Sync + 'static {
    /// Decides the exit code.
    fn class(&self) -> Class;

    /// What to type or change next, as one sentence without a final stop.
    fn hint(&self) -> Option<String> {
        None
    }
}

/// Whether writing failed for want of room: the disk, a quota, or the process's own limit on file sizes (`ulimit -f`).
pub fn is_full(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge)
}

/// The error and its sources as lines, outermost first; a source that repeats its parent word for word is left out.
pub fn chain(error: &dyn Error) -> Vec<String> {
    let mut lines = vec![error.to_string()];
    let mut next = error.source();
    while let Some(e) = next {
        let text = e.to_string();
        if lines.last() != Some(&text) {
            lines.push(text);
        }
        next = e.source();
    }
    lines
}
