//! What can be wrong with a script.

use super::super::pattern::PatternError;

/// A script that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("-e expression #1, char {at}: {fault}")]
pub(super) struct ScriptError {
    pub at: usize,
    pub fault: ScriptFault,
}

impl ScriptError {
    /// What sed ends with.
    pub fn status(&self) -> u8 {
        if matches!(self.fault, ScriptFault::Jump(_)) { 4 } else { 1 }
    }
}

/// What is wrong with a script, in sed's words.
#[derive(Debug, thiserror::Error)]
pub(super) enum ScriptFault {
    #[error("unknown command: `{0}'")]
    Unknown(char),
    #[error("missing command")]
    Missing,
    #[error("unexpected `,'")]
    Comma,
    #[error("invalid usage of +N or ~N as first address")]
    FirstRelative,
    #[error("invalid usage of line address 0")]
    ZeroAddress,
    #[error("unterminated address regex")]
    OpenAddress,
    #[error("unterminated `{0}' command")]
    Open(char),
    #[error("unknown option to `s'")]
    Flag,
    #[error("multiple `{0}' options to `s' command")]
    Twice(char),
    #[error("number option to `s' command may not be zero")]
    ZeroNumber,
    #[error("extra characters after command")]
    Extra,
    #[error("expected \\ after `a', `c' or `i'")]
    Text,
    #[error("unmatched `{{'")]
    OpenBlock,
    #[error("unexpected `}}'")]
    CloseBlock,
    #[error("command only uses one address")]
    OneAddress,
    #[error("{0} doesn't want any addresses")]
    NoAddress(char),
    #[error("\":\" lacks a label")]
    Label,
    #[error("can't find label for jump to `{0}'")]
    Jump(String),
    #[error("missing filename in r/R/w/W commands")]
    FileName,
    #[error("strings for `y' command are different lengths")]
    Lengths,
    #[error("invalid reference \\{0} on `s' command's RHS")]
    Reference(usize),
    #[error("no previous regular expression")]
    NoExpression,
    #[error("e/r/w commands disabled in sandbox mode")]
    Sandbox,
    #[error("the script is too long")]
    TooLong,
    #[error(transparent)]
    Pattern(PatternError),
}
