//! Rich dependencies in normal form: clauses over packages, as libsolv's `cplxdeps.c` makes them.

use super::rules::{Literal, Rulebook, yes};
use crate::formats::repodata::Rich;

/// Clauses one rich dependency may become; real ones become a handful.
const MAX_BLOCKS: usize = 4096;
/// Literals of all of them.
const MAX_LITERALS: usize = 1 << 20;

/// What is to be put into clauses all of which must hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// That the dependency holds.
    Holds,
    /// That it does not.
    Fails,
}

/// A dependency in normal form.
#[derive(Debug)]
pub(super) enum Normal {
    /// Cannot hold.
    Never,
    /// Holds anyway.
    Always,
    /// Sorted literals; all blocks must hold, one literal of each.
    Blocks(Vec<Vec<Literal>>),
}

/// All clauses must hold. None: beyond the limits.
pub(super) fn normal(book: &Rulebook<'_>, rich: &Rich, form: Form) -> Option<Normal> {
    let maker = Maker { book };
    Some(match form {
        Form::Holds => maker.make(rich, false)?,
        Form::Fails => invert(maker.make(rich, true)?),
    })
}

struct Maker<'a, 'b> {
    book: &'a Rulebook<'b>,
}

impl Maker<'_, '_> {
    /// `dnf`: blocks of which one must hold, all literals of it; else blocks which must all hold, one literal of each.
    fn make(&self, rich: &Rich, dnf: bool) -> Option<Normal> {
        match rich {
            Rich::And(all) => self.chain(all, dnf, false),
            Rich::Or(all) => self.chain(all, dnf, true),
            Rich::If { then, when, otherwise: None } => self.or(then, (when, true), dnf),
            Rich::Unless { then, when, otherwise: None } => self.and(then, (when, true), dnf),
            // (then or not when) and (when or otherwise)
            Rich::If { then, when, otherwise: Some(otherwise) } => {
                let first = self.or(then, (when, true), dnf)?;
                both(first, self.or(when, (otherwise, false), dnf)?, dnf)
            }
            // (then and not when) or (when and otherwise)
            Rich::Unless { then, when, otherwise: Some(otherwise) } => {
                let first = self.and(then, (when, true), dnf)?;
                either(first, self.and(when, (otherwise, false), dnf)?, dnf)
            }
            Rich::Plain(_) | Rich::With(_) | Rich::Without(..) => {
                let list: Vec<Literal> = self.book.listed(rich).into_iter().map(yes).collect();
                Some(match (list.is_empty(), dnf) {
                    (true, _) => Normal::Never,
                    (false, true) => Normal::Blocks(list.into_iter().map(|l| vec![l]).collect()),
                    (false, false) => Normal::Blocks(vec![list]),
                })
            }
        }
    }

    fn chain(&self, all: &[Rich], dnf: bool, any: bool) -> Option<Normal> {
        let mut parts = all.iter().rev();
        let mut out = self.make(parts.next()?, dnf)?;
        for part in parts {
            let part = self.make(part, dnf)?;
            out = if any { either(part, out, dnf)? } else { both(part, out, dnf)? };
        }
        Some(out)
    }

    /// A side, and whether it is negated.
    fn side(&self, (rich, negated): (&Rich, bool), dnf: bool) -> Option<Normal> {
        if negated { Some(invert(self.make(rich, !dnf)?)) } else { self.make(rich, dnf) }
    }

    fn or(&self, a: &Rich, b: (&Rich, bool), dnf: bool) -> Option<Normal> {
        either(self.make(a, dnf)?, self.side(b, dnf)?, dnf)
    }

    fn and(&self, a: &Rich, b: (&Rich, bool), dnf: bool) -> Option<Normal> {
        both(self.make(a, dnf)?, self.side(b, dnf)?, dnf)
    }
}

fn either(a: Normal, b: Normal, dnf: bool) -> Option<Normal> {
    match (a, b) {
        (Normal::Always, _) | (_, Normal::Always) => Some(Normal::Always),
        (Normal::Never, other) | (other, Normal::Never) => Some(other),
        (Normal::Blocks(a), Normal::Blocks(b)) if dnf => joined(a, b),
        (Normal::Blocks(a), Normal::Blocks(b)) => product(&a, &b, Normal::Always),
    }
}

fn both(a: Normal, b: Normal, dnf: bool) -> Option<Normal> {
    match (a, b) {
        (Normal::Never, _) | (_, Normal::Never) => Some(Normal::Never),
        (Normal::Always, other) | (other, Normal::Always) => Some(other),
        (Normal::Blocks(a), Normal::Blocks(b)) if dnf => product(&a, &b, Normal::Never),
        (Normal::Blocks(a), Normal::Blocks(b)) => joined(a, b),
    }
}

fn invert(normal: Normal) -> Normal {
    match normal {
        Normal::Never => Normal::Always,
        Normal::Always => Normal::Never,
        Normal::Blocks(blocks) => {
            Normal::Blocks(blocks.into_iter().map(|b| b.into_iter().rev().map(|l| -l).collect()).collect())
        }
    }
}

fn joined(mut a: Vec<Vec<Literal>>, b: Vec<Vec<Literal>>) -> Option<Normal> {
    a.extend(b);
    (a.len() <= MAX_BLOCKS).then_some(Normal::Blocks(a))
}

/// Each of `a` with each of `b`, but for those that hold a literal and its opposite.
fn product(a: &[Vec<Literal>], b: &[Vec<Literal>], none: Normal) -> Option<Normal> {
    let literals: usize =
        a.iter().map(|l| l.len() * b.len()).sum::<usize>() + b.iter().map(Vec::len).sum::<usize>() * a.len();
    if a.len().saturating_mul(b.len()) > MAX_BLOCKS || literals > MAX_LITERALS {
        return None;
    }
    let mut out = Vec::new();
    for l in a {
        for r in b {
            let mut block: Vec<Literal> = l.iter().chain(r).copied().collect();
            block.sort_unstable();
            block.dedup();
            if !block.iter().any(|l| *l < 0 && block.binary_search(&-l).is_ok()) {
                out.push(block);
            }
        }
    }
    Some(if out.is_empty() { none } else { Normal::Blocks(out) })
}
