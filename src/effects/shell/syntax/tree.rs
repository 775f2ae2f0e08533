//! A script as the shell runs it.

use std::{cell::OnceCell, rc::Rc};

use super::SyntaxError;

/// What there is of a script.
#[derive(Debug, Default)]
pub(in super::super) struct Program {
    /// Its commands, by the lines they were read in: a failing expansion ends its line only.
    pub lines: Vec<List>,
    /// What is wrong behind them. bash finds it when it comes there, and so do we.
    pub error: Option<SyntaxError>,
}

/// Commands one after the other.
pub(in super::super) type List = Vec<Item>;

/// Pipelines joined by `&&` and `||`.
#[derive(Debug)]
pub(in super::super) struct Item {
    pub first: Pipeline,
    /// Whether `&&`, and what follows.
    pub rest: Vec<(bool, Pipeline)>,
    /// `&`
    pub background: bool,
}

#[derive(Debug)]
pub(in super::super) struct Pipeline {
    /// `!`
    pub negated: bool,
    pub commands: Vec<Command>,
}

#[derive(Debug)]
pub(in super::super) struct Command {
    /// Counted from 1.
    pub line: usize,
    pub kind: Kind,
    pub redirects: Vec<Redirect>,
}

#[derive(Debug)]
pub(in super::super) enum Kind {
    Simple {
        assigns: Vec<Assign>,
        words: Vec<Argument>,
    },
    Group(List),
    Subshell(List),
    If {
        arms: Vec<(List, List)>,
        otherwise: Option<List>,
    },
    While {
        until: bool,
        condition: List,
        body: List,
    },
    /// Without words it goes over the parameters.
    For {
        name: String,
        words: Option<Vec<Word>>,
        body: List,
    },
    ArithmeticFor {
        parts: [Word; 3],
        body: List,
    },
    Case {
        subject: Word,
        arms: Vec<Arm>,
    },
    Arithmetic(Word),
    Condition(Condition),
    Function {
        name: String,
        body: Rc<Command>,
    },
}

/// One item of `case`.
#[derive(Debug)]
pub(in super::super) struct Arm {
    pub patterns: Vec<Word>,
    pub body: List,
    pub then: Then,
}

/// What follows an item of `case`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Then {
    /// `;;`
    End,
    /// `;&`
    Fall,
    /// `;;&`
    GoOn,
}

/// A word of a command.
#[derive(Debug)]
pub(in super::super) enum Argument {
    Word(Word),
    /// `export X=…`: neither split nor globbed.
    Assign(Assign),
}

/// `NAME=…`
#[derive(Debug)]
pub(in super::super) struct Assign {
    pub name: String,
    pub index: Option<Word>,
    /// `+=`
    pub append: bool,
    pub value: Assigned,
}

#[derive(Debug)]
pub(in super::super) enum Assigned {
    Scalar(Word),
    /// `(…)`: with a subscript, whether it appends, and the value.
    Array(Vec<(Option<Word>, bool, Word)>),
}

#[derive(Debug)]
pub(in super::super) struct Redirect {
    pub to: Option<Descriptor>,
    pub kind: RedirectKind,
    pub target: Word,
}

#[derive(Debug)]
pub(in super::super) enum Descriptor {
    Number(u32),
    /// `{name}>`
    Name(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum RedirectKind {
    Read,
    Write,
    Append,
    ReadWrite,
    Clobber,
    /// `<&`
    DuplicateInput,
    /// `>&`
    DuplicateOutput,
    /// `&>`
    Both,
    /// `&>>`
    AppendBoth,
    /// `<<`; the target is its body.
    HereDocument,
    /// `<<<`
    HereString,
}

/// `[[ … ]]`
#[derive(Debug)]
pub(in super::super) enum Condition {
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Not(Box<Self>),
    /// `-f x`, or a word alone as `-n`.
    Unary(String, Word),
    Binary(Word, String, Word),
}

/// A word before its expansion.
#[derive(Debug, Default)]
pub(in super::super) struct Word {
    pub parts: Vec<Part>,
    /// Its text where braces in it have to be expanded first.
    pub braces: Option<Rc<str>>,
}

#[derive(Debug)]
pub(in super::super) enum Part {
    /// Unquoted.
    Literal(Vec<u8>),
    /// Quoted.
    Quoted(Vec<u8>),
    Double(Vec<Part>),
    /// `~name`
    Tilde(String),
    Parameter(Box<Parameter>),
    Command(Substitution),
    Arithmetic(Word),
    /// `<(…)` or, if not input, `>(…)`.
    Process {
        input: bool,
        command: Substitution,
    },
}

/// The commands of `$(…)`, parsed when they are first run.
#[derive(Debug)]
pub(in super::super) struct Substitution {
    pub source: String,
    pub program: OnceCell<Rc<Program>>,
}

/// `$x` or `${…}`
#[derive(Debug)]
pub(in super::super) struct Parameter {
    pub name: Name,
    /// `${!…}`
    pub indirect: bool,
    pub operation: Operation,
}

#[derive(Debug)]
pub(in super::super) enum Name {
    Variable(String),
    /// `$1` and on; `$0`.
    Positional(usize),
    /// `? # $ ! -`
    Special(u8),
    /// `$@` or, if star, `$*`.
    All {
        star: bool,
    },
    Element(String, Word),
    /// `a[@]` or, if star, `a[*]`.
    Elements {
        name: String,
        star: bool,
    },
}

#[derive(Debug)]
pub(in super::super) enum Operation {
    Value,
    Length,
    /// `- = ? +`, and whether null counts as unset.
    Alternative {
        kind: u8,
        null: bool,
        word: Word,
    },
    /// `# ## % %%`
    Remove {
        suffix: bool,
        longest: bool,
        pattern: Word,
    },
    Replace {
        pattern: Word,
        with: Word,
        place: Place,
    },
    Substring {
        offset: Word,
        length: Option<Word>,
    },
    /// `^ ^^ , ,,`
    Case {
        upper: bool,
        all: bool,
        pattern: Option<Word>,
    },
    /// `@Q` and its kind.
    Transform(u8),
    /// `${!prefix*}` and, if not star, `${!prefix@}`.
    Names {
        star: bool,
    },
    /// `${!a[*]}` and, if not star, `${!a[@]}`.
    Keys {
        star: bool,
    },
    /// What is no expansion; a failure when it is met.
    Bad(String),
}

/// Where `${x/…}` replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Place {
    First,
    Every,
    Start,
    End,
}

impl Program {
    /// The file of a program that is nothing but `< file`.
    pub(in super::super) fn only_redirect(&self) -> Option<&Word> {
        let ([line], None) = (self.lines.as_slice(), &self.error) else { return None };
        let [Item { first: Pipeline { negated: false, commands }, rest, background: false }] = line.as_slice() else {
            return None;
        };
        let ([command], true) = (commands.as_slice(), rest.is_empty()) else { return None };
        match (&command.kind, command.redirects.as_slice()) {
            (Kind::Simple { assigns, words }, [Redirect { to: None, kind: RedirectKind::Read, target }])
                if assigns.is_empty() && words.is_empty() =>
            {
                Some(target)
            }
            _ => None,
        }
    }
}
