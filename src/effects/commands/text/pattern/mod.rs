//! POSIX regular expressions, basic and extended, with GNU's extensions, as sed, grep, awk, expr and the shell's `=~` know them.
//!
//! ```text
//! node       what an expression is made of
//! parse      basic and extended syntax -> nodes          perl   what `grep -P` is given -> nodes
//! bracket    [a-z[:digit:]]
//! translate  nodes -> an expression of the `regex` crate, which finds where the leftmost match starts
//! program    nodes -> instructions of our own, which find the longest match and follow back-references
//! ```
//! Subjects are bytes holding UTF-8; a byte that is no part of a character matches nothing but itself. Classes and case are ASCII's.
//! The two engines share the work: the crate's is fast but takes the first alternative instead of the longest, and has no
//! back-references. Where an expression cannot tell the difference, it decides alone.

mod bracket;
mod error;
mod node;
mod parse;
mod perl;
mod program;
mod search;
#[cfg(test)]
mod tests;
mod translate;

pub(in crate::effects) use error::PatternError;
pub(in crate::effects) use node::Strays;
use node::{Look, Node, Tree};
use program::{Goal, Program};

use crate::effects::Budget;

/// How an expression is written, and what it is told beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::effects) struct Syntax {
    /// ERE: `( ) { } | + ?` are operators without a backslash.
    pub extended: bool,
    /// Letters match in both cases.
    pub ignore_case: bool,
    /// `^` and `$` match at newlines, too.
    pub multiline: bool,
    /// awk's: `\t`, `\052` and the like are characters, in brackets too.
    pub escapes: bool,
    /// What an operator with nothing to operate on is.
    pub strays: Strays,
    /// It is for the whole subject, not for a part of it.
    pub whole: bool,
}

impl Syntax {
    /// `sed`, `grep`, `expr`.
    pub const BASIC: Self = Self {
        extended: false,
        ignore_case: false,
        multiline: false,
        escapes: false,
        strays: Strays::Refused,
        whole: false,
    };
    /// `sed -E`, `[[ =~ ]]`.
    pub const EXTENDED: Self = Self { extended: true, ..Self::BASIC };
    /// `grep -E`.
    pub const EGREP: Self = Self { strays: Strays::Skipped, ..Self::EXTENDED };
    /// awk.
    pub const AWK: Self = Self { strays: Strays::Literal, escapes: true, ..Self::EXTENDED };
}

/// A compiled expression.
#[derive(Clone, Debug)]
pub(in crate::effects) struct Pattern {
    /// The crate's; none with back-references and Perl's assertions.
    regex: Option<regex::bytes::Regex>,
    program: Program,
    groups: usize,
    /// The crate's match may be shorter than the longest.
    ambiguous: bool,
    goal: Goal,
    source: Vec<u8>,
}

/// Where a match and its groups are; 0 is the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::effects) struct Captures(Vec<Option<(usize, usize)>>);

impl Captures {
    /// The whole match.
    pub fn whole(&self) -> (usize, usize) {
        self.0[0].expect("a match has a place")
    }

    /// A group's place; none where it took no part.
    pub fn span(&self, group: usize) -> Option<(usize, usize)> {
        self.0.get(group).copied().flatten()
    }

    /// A group's bytes; empty where it took no part.
    pub fn text<'h>(&self, subject: &'h [u8], group: usize) -> &'h [u8] {
        self.span(group).map_or(&[], |(start, end)| &subject[start..end])
    }
}

impl Pattern {
    /// Compiles an expression.
    pub fn new(source: &[u8], syntax: Syntax) -> Result<Self, PatternError> {
        let pattern = Self::compile(parse::parse(source, syntax)?, syntax, Goal::Longest)?;
        Ok(Self { source: source.to_vec(), ..pattern })
    }

    /// What it was made from; empty for what [`Pattern::new`] did not make.
    pub fn source(&self) -> &[u8] {
        &self.source
    }

    /// Perl's syntax, as far as it is ours: no recursion, conditions or named groups.
    pub fn perl(source: &[u8], syntax: Syntax) -> Result<Self, PatternError> {
        Self::compile(perl::parse(source, syntax.ignore_case)?, syntax, Goal::First)
    }

    /// These bytes and nothing else.
    pub fn literal(source: &[u8], syntax: Syntax) -> Result<Self, PatternError> {
        Self::compile(parse::literal(source, syntax.ignore_case)?, syntax, Goal::Longest)
    }

    /// A file name pattern of the shell's: `*`, `?` and brackets, for whole names.
    pub fn glob(source: &[u8]) -> Result<Self, PatternError> {
        let syntax = Syntax { whole: true, ..Syntax::BASIC };
        Self::compile(parse::glob(source)?, syntax, Goal::Longest)
    }

    fn compile(mut tree: Tree, syntax: Syntax, goal: Goal) -> Result<Self, PatternError> {
        if syntax.whole {
            tree.root = Node::Concat(vec![Node::Look(Look::Start), tree.root, Node::Look(Look::End)]);
        }
        let program = Program::new(&tree, syntax)?;
        let regex = if tree.root.is_regular() { Some(translate::regex(&tree)?) } else { None };
        let ambiguous = goal == Goal::Longest && tree.root.is_ambiguous();
        Ok(Self { regex, program, groups: tree.groups, ambiguous, goal, source: Vec::new() })
    }

    /// How many groups it has, the whole not counted.
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// Whether it matches somewhere.
    pub fn is_match(&self, subject: &[u8], budget: &mut Budget) -> bool {
        match &self.regex {
            Some(regex) => budget.steps(1 + subject.len() as u64 / 256) && regex.is_match(subject),
            None => self.find_at(subject, 0, budget).is_some(),
        }
    }

    /// The leftmost longest match that starts at `from` or later.
    pub fn find_at(&self, subject: &[u8], from: usize, budget: &mut Budget) -> Option<(usize, usize)> {
        let Some(regex) = &self.regex else {
            return self.captures_at(subject, from, budget).map(|c| c.whole());
        };
        let found = regex.find_at(subject, from);
        let (start, end) = charge(found.map(|m| (m.start(), m.end())), subject, from, budget)?;
        if !self.ambiguous {
            return Some((start, end));
        }
        Some((start, self.program.longest(subject, start, budget)?.max(end)))
    }

    /// The same, with its groups.
    pub fn captures_at(&self, subject: &[u8], from: usize, budget: &mut Budget) -> Option<Captures> {
        let Some(regex) = &self.regex else {
            return (from..=subject.len())
                .find_map(|at| self.program.run(subject, at, self.goal, budget))
                .map(Captures);
        };
        if self.ambiguous {
            let (start, end) = self.find_at(subject, from, budget)?;
            return self.program.run(subject, start, Goal::Exactly(end), budget).map(Captures);
        }
        let found = regex.captures_at(subject, from);
        let whole = found.as_ref().and_then(|c| c.get(0)).map(|m| (m.start(), m.end()));
        charge(whole, subject, from, budget)?;
        Some(Captures(found?.iter().map(|group| group.map(|m| (m.start(), m.end()))).collect()))
    }
}

/// What a search from `from` costs: what it walked over.
fn charge(found: Option<(usize, usize)>, subject: &[u8], from: usize, budget: &mut Budget) -> Option<(usize, usize)> {
    let walked = found.map_or(subject.len(), |(_, end)| end).saturating_sub(from);
    if budget.steps(1 + walked as u64 / 256) { found } else { None }
}
