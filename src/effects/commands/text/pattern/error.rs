//! Why an expression is refused, in glibc's words.

/// A regular expression that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(in crate::effects) enum PatternError {
    /// `\(` without its `\)`.
    #[error("Unmatched ( or \\(")]
    OpenGroup,
    /// `\)` without its `\(`.
    #[error("Unmatched ) or \\)")]
    CloseGroup,
    /// `\{` without its `\}`.
    #[error("Unmatched \\{{")]
    OpenInterval,
    /// Something else than numbers in `\{ \}`.
    #[error("Invalid content of \\{{\\}}")]
    Interval,
    /// A bracket expression without its end.
    #[error("Unmatched [, [^, [:, [., or [=")]
    OpenBracket,
    /// `[[:nothing:]]`.
    #[error("Invalid character class name")]
    Class,
    /// `[[.nothing.]]`.
    #[error("Invalid collation character")]
    Collation,
    /// `[z-a]`.
    #[error("Invalid range end")]
    Range,
    /// A backslash at the end.
    #[error("Trailing backslash")]
    Backslash,
    /// `\1` without a group before it.
    #[error("Invalid back reference")]
    Reference,
    /// An operator with nothing before it.
    #[error("Invalid preceding regular expression")]
    Preceding,
    /// Larger, or deeper, than anything that is compiled here.
    #[error("Regular expression too big")]
    TooBig,
    /// Something of Perl's that is not known here.
    #[error("unrecognized construct of a Perl expression")]
    Perl,
}
