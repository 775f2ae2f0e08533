//! Which lines match, and where.

use super::{
    super::{
        super::options::Parsed,
        pattern::{Pattern, PatternError, Syntax},
        stream,
    },
    settings::Kind,
};
use crate::effects::Budget;

/// Patterns of one run.
const MOST: usize = 10_000;

#[derive(Debug)]
pub(super) struct Matcher {
    patterns: Vec<Pattern>,
    words: bool,
}

impl Matcher {
    pub fn new(sources: &[Vec<u8>], kind: Kind, parsed: &Parsed) -> Result<Self, PatternError> {
        let case = parsed.last(&["ignore-case", "no-ignore-case"]);
        let base = if kind == Kind::Extended { Syntax::EGREP } else { Syntax::BASIC };
        let syntax = Syntax { ignore_case: case == Some("ignore-case"), whole: parsed.has("line-regexp"), ..base };
        if sources.len() > MOST {
            return Err(PatternError::TooBig);
        }
        let compile = |source: &Vec<u8>| match kind {
            Kind::Fixed => Pattern::literal(source, syntax),
            Kind::Perl => Pattern::perl(source, syntax),
            Kind::Basic | Kind::Extended => Pattern::new(source, syntax),
        };
        let patterns = sources.iter().map(compile).collect::<Result<_, _>>()?;
        Ok(Self { patterns, words: parsed.has("word-regexp") && !syntax.whole })
    }

    pub fn is_match(&self, line: &[u8], budget: &mut Budget) -> bool {
        if self.words {
            return self.find_at(line, 0, budget).is_some();
        }
        self.patterns.iter().any(|p| p.is_match(line, budget))
    }

    /// The leftmost longest match of any pattern.
    pub fn find_at(&self, line: &[u8], from: usize, budget: &mut Budget) -> Option<(usize, usize)> {
        let found = self
            .patterns
            .iter()
            .filter_map(|p| if self.words { word_at(p, line, from, budget) } else { p.find_at(line, from, budget) });
        found.min_by_key(|(start, end)| (*start, std::cmp::Reverse(*end)))
    }
}

/// The next match that is made of whole words: where the longest is not, shorter ones at the same place are tried, then later ones.
fn word_at(pattern: &Pattern, line: &[u8], mut from: usize, budget: &mut Budget) -> Option<(usize, usize)> {
    let is_word = |b: Option<&u8>| b.is_some_and(|&b| b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80);
    while from <= line.len() {
        let (start, mut end) = pattern.find_at(line, from, budget)?;
        let free = start == 0 || !is_word(line.get(start - 1));
        while free && is_word(line.get(end)) {
            let limit = end.checked_sub(1).filter(|&e| e >= start);
            let shorter = limit.and_then(|e| pattern.find_at(&line[..e], start, budget));
            match shorter.filter(|(s, _)| *s == start) {
                Some((_, e)) => end = e,
                None => break,
            }
        }
        if free && !is_word(line.get(end)) {
            return Some((start, end));
        }
        from = start + stream::character(&line[start..]).max(1);
    }
    None
}
