//! What a script is made of.

use std::rc::Rc;

use super::super::pattern::Pattern;

/// A regular expression; none is the last one used.
pub(super) type Expression = Option<Rc<Pattern>>;

/// Which line a command starts at.
#[derive(Clone, Debug)]
pub(super) enum Address {
    /// `0,/re/`: before the first line.
    Zero,
    Line(u64),
    /// `first~step`
    Step(u64, u64),
    /// `$`
    Last,
    Pattern(Expression),
}

/// Where a range ends.
#[derive(Clone, Debug)]
pub(super) enum End {
    At(Address),
    /// `+N`
    Count(u64),
    /// `~N`: the next line whose number is a multiple.
    Multiple(u64),
}

/// Which lines a command is for.
#[derive(Clone, Debug, Default)]
pub(super) struct Selector {
    pub first: Option<Address>,
    pub end: Option<End>,
    /// `!`
    pub negated: bool,
}

/// A command.
#[derive(Clone, Debug)]
pub(super) enum Action {
    /// `{`: where its `}` is.
    Block(usize),
    /// `}`, labels, `#`.
    Nothing,
    Append(Vec<u8>),
    Insert(Vec<u8>),
    Change(Vec<u8>),
    /// `b`, `t`, `T`: where they lead.
    Branch(usize),
    BranchIf(usize),
    BranchUnless(usize),
    Delete,
    DeleteFirst,
    FileName,
    Get,
    GetAppend,
    Hold,
    HoldAppend,
    Exchange,
    List(Option<usize>),
    Next,
    NextAppend,
    Print,
    PrintFirst,
    Quit(u8),
    QuitSilently(u8),
    ReadFile(Vec<u8>),
    ReadLine(Vec<u8>),
    Substitute(Box<Substitution>),
    /// Which of the script's outputs.
    Write(usize),
    WriteFirst(usize),
    Translate(Vec<(Vec<u8>, Vec<u8>)>),
    Zap,
    Number,
}

#[derive(Clone, Debug)]
pub(super) struct Command {
    pub selector: Selector,
    pub action: Action,
}

/// `s`.
#[derive(Clone, Debug)]
pub(super) struct Substitution {
    pub expression: Expression,
    pub replacement: Vec<Part>,
    pub global: bool,
    pub number: usize,
    /// How often `p` was given: before and after `e` count apart there, twice is an error otherwise.
    pub print: bool,
    pub write: Option<usize>,
}

/// A part of a replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Text(Vec<u8>),
    Group(usize),
    Case(Case),
}

/// `\U`, `\L`, `\E`, `\u`, `\l`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Upper,
    Lower,
    AsIs,
    UpperOnce,
    LowerOnce,
}

/// A script as it runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    pub commands: Vec<Command>,
    /// Files of `w`, in the order they are named.
    pub outputs: Vec<Vec<u8>>,
}
