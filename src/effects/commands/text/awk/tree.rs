//! A program as a tree.

use std::rc::Rc;

use super::super::pattern::Pattern;

/// Where a variable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Global(usize),
    /// A parameter of the function that runs.
    Local(usize),
}

/// What can be assigned to.
#[derive(Clone, Debug)]
pub(super) enum Target {
    Variable(Place),
    Field(Box<Expression>),
    Element(Place, Vec<Expression>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
}

/// Where `getline` reads.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// The program's own input.
    Main,
    /// `< file`
    File(Box<Expression>),
    /// `command |`
    Command(Box<Expression>),
}

#[derive(Clone, Debug)]
pub(super) enum Expression {
    Number(f64),
    Text(Rc<[u8]>),
    /// `/re/`: by itself, whether the record matches.
    Pattern(Rc<Pattern>),
    Value(Target),
    Assign(Target, Box<Expression>),
    AssignWith(Target, Arithmetic, Box<Expression>),
    /// `++x`, `x++` …: whether the old value is the result.
    Step(Target, f64, bool),
    Conditional(Box<[Expression; 3]>),
    And(Box<[Expression; 2]>),
    Or(Box<[Expression; 2]>),
    Not(Box<Expression>),
    Negate(Box<Expression>),
    /// Unary plus.
    Numeric(Box<Expression>),
    Arithmetic(Arithmetic, Box<[Expression; 2]>),
    Compare(Comparison, Box<[Expression; 2]>),
    /// `~`; `!~` where negated.
    Match(bool, Box<[Expression; 2]>),
    Concatenate(Vec<Expression>),
    In(Vec<Expression>, Place),
    Call(usize, Vec<Expression>),
    Builtin(Builtin, Vec<Expression>),
    Getline(Source, Option<Target>),
    /// `(a, b)`: for `print` and `in` only.
    List(Vec<Expression>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Builtin {
    And,
    Atan2,
    Close,
    Compl,
    Cos,
    Exp,
    Fflush,
    Gensub,
    Gsub,
    Index,
    Int,
    Length,
    Log,
    Lshift,
    Match,
    Mktime,
    Or,
    Rand,
    Rshift,
    Sin,
    Split,
    Sprintf,
    Sqrt,
    Srand,
    Strftime,
    Strtonum,
    Sub,
    Substr,
    System,
    Systime,
    Tolower,
    Toupper,
    Xor,
}

/// Where `print` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Truncate,
    Append,
    Pipe,
}

#[derive(Clone, Debug)]
pub(super) enum Statement {
    Expression(Expression),
    Print(Vec<Expression>, Option<(Way, Expression)>),
    Printf(Vec<Expression>, Option<(Way, Expression)>),
    Block(Vec<Statement>),
    If(Expression, Box<Statement>, Option<Box<Statement>>),
    While(Expression, Box<Statement>),
    Do(Box<Statement>, Expression),
    For(Option<Box<Statement>>, Option<Expression>, Option<Box<Statement>>, Box<Statement>),
    ForIn(Target, Place, Box<Statement>),
    Switch(Expression, Vec<(Option<Expression>, Vec<Statement>)>),
    Break,
    Continue,
    Next,
    NextFile,
    Exit(Option<Expression>),
    Return(Option<Expression>),
    Delete(Place, Option<Vec<Expression>>),
}

/// When a rule runs.
#[derive(Clone, Debug)]
pub(super) enum When {
    Begin,
    End,
    Always,
    If(Expression),
    /// From a record to another: which of the program's ranges it is.
    Range(Box<[Expression; 2]>, usize),
}

#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub when: When,
    /// Without one, the record is printed.
    pub body: Option<Vec<Statement>>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Function {
    pub parameters: usize,
    pub body: Vec<Statement>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Program {
    pub rules: Vec<Rule>,
    pub functions: Vec<Function>,
    /// Names of the variables, by place.
    pub globals: Vec<Vec<u8>>,
    pub ranges: usize,
}

/// Variables with a meaning; their places are their order here.
pub(super) const SPECIAL: [&str; 19] = [
    "NF",
    "NR",
    "FNR",
    "FS",
    "OFS",
    "ORS",
    "RS",
    "SUBSEP",
    "CONVFMT",
    "OFMT",
    "RSTART",
    "RLENGTH",
    "FILENAME",
    "ENVIRON",
    "ARGC",
    "ARGV",
    "RT",
    "IGNORECASE",
    "PROCINFO",
];

pub(super) const NF: usize = 0;
pub(super) const NR: usize = 1;
pub(super) const FNR: usize = 2;
pub(super) const FS: usize = 3;
pub(super) const OFS: usize = 4;
pub(super) const ORS: usize = 5;
pub(super) const RS: usize = 6;
pub(super) const SUBSEP: usize = 7;
pub(super) const CONVFMT: usize = 8;
pub(super) const OFMT: usize = 9;
pub(super) const RSTART: usize = 10;
pub(super) const RLENGTH: usize = 11;
pub(super) const FILENAME: usize = 12;
pub(super) const ENVIRON: usize = 13;
pub(super) const ARGC: usize = 14;
pub(super) const ARGV: usize = 15;
pub(super) const RT: usize = 16;
pub(super) const IGNORECASE: usize = 17;
