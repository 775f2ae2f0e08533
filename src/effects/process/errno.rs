//! Why a call fails, in the words `strerror` has for it.

use crate::rootfs::TreeError;

/// The errors that calls over a tree can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Errno {
    /// `EPERM`.
    #[error("Operation not permitted")]
    NotPermitted,
    /// `ENOENT`.
    #[error("No such file or directory")]
    NoEntry,
    /// `EIO`: the bytes behind a file could not be read.
    #[error("Input/output error")]
    Io,
    /// `ENXIO`.
    #[error("No such device or address")]
    NoDevice,
    /// `EBADF`.
    #[error("Bad file descriptor")]
    BadDescriptor,
    /// `EACCES`.
    #[error("Permission denied")]
    Access,
    /// `EBUSY`.
    #[error("Device or resource busy")]
    Busy,
    /// `EEXIST`.
    #[error("File exists")]
    Exists,
    /// `ENOTDIR`.
    #[error("Not a directory")]
    NotDirectory,
    /// `EISDIR`.
    #[error("Is a directory")]
    IsDirectory,
    /// `EINVAL`.
    #[error("Invalid argument")]
    Invalid,
    /// `EFBIG`.
    #[error("File too large")]
    TooLarge,
    /// `ENAMETOOLONG`.
    #[error("File name too long")]
    NameTooLong,
    /// `ENOTEMPTY`.
    #[error("Directory not empty")]
    NotEmpty,
    /// `ELOOP`.
    #[error("Too many levels of symbolic links")]
    Loop,
    /// The scriptlet used up what it may use.
    #[error("stopped")]
    Stopped,
}

impl Errno {
    /// Linux's number for it, as Lua's `posix` returns it.
    pub fn number(self) -> i32 {
        match self {
            Self::NotPermitted => 1,
            Self::NoEntry => 2,
            Self::Io | Self::Stopped => 5,
            Self::NoDevice => 6,
            Self::BadDescriptor => 9,
            Self::Access => 13,
            Self::Busy => 16,
            Self::Exists => 17,
            Self::NotDirectory => 20,
            Self::IsDirectory => 21,
            Self::Invalid => 22,
            Self::TooLarge => 27,
            Self::NameTooLong => 36,
            Self::NotEmpty => 39,
            Self::Loop => 40,
        }
    }
}

impl From<TreeError> for Errno {
    fn from(error: TreeError) -> Self {
        match error {
            TreeError::Loop { .. } => Self::Loop,
            TreeError::NotADirectory { .. } => Self::NotDirectory,
            TreeError::Escape { .. } => Self::Access,
            TreeError::NoTarget { .. } => Self::NoEntry,
        }
    }
}
