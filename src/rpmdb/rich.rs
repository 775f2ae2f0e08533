//! Names inside rich dependencies, as the database indexes them.
//!
//! Grammar: rpm `lib/rpmds.c`, `rpmrichParse`; which names count as negated: `lib/rpmdb.c`, `updateRichDepCB`.

/// Deepest nesting followed; rpm's own builds refuse less absurd things.
const MAX_DEPTH: usize = 64;
/// Most names taken from one dependency: `else` copies names, and nesting would double them at each level.
const MAX_NAMES: usize = 4096;

/// The names a rich dependency speaks of, sorted bytewise as rpm sorts them and without repetitions; those on the
/// negated side of `if` and `unless` begin with `!`. Empty when the text does not parse, as in rpm.
pub(super) fn names(text: &[u8]) -> Vec<Vec<u8>> {
    let mut parser = Parser { rest: text, names: Vec::new(), negated: false };
    if parser.group(0).is_none() {
        return Vec::new();
    }
    // plain names sort as if they began with a space, before all negated ones
    parser.names.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    parser.names.dedup();
    parser.names.into_iter().map(|(neg, name)| [if neg { &b"!"[..] } else { b"" }, &name].concat()).collect()
}

struct Parser<'a> {
    rest: &'a [u8],
    names: Vec<(bool, Vec<u8>)>,
    negated: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Op {
    And,
    Or,
    If,
    Unless,
    Else,
    With,
    Without,
}

impl<'a> Parser<'a> {
    fn group(&mut self, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH || self.names.len() > MAX_NAMES {
            return None;
        }
        self.rest = self.rest.strip_prefix(b"(")?;
        let mut block = self.names.len();
        let (mut op, mut chain) = (None, None);
        loop {
            self.skip_space();
            match self.rest.first()? {
                b')' => return None,
                b'(' => self.group(depth + 1)?,
                _ => self.simple()?,
            }
            self.skip_space();
            if *self.rest.first()? == b')' {
                break;
            }
            let next = self.operator()?;
            if next == Op::Else && matches!(chain, Some(Op::If | Op::Unless)) {
                chain = None;
            }
            if chain.is_some_and(|c| c != next || !matches!(next, Op::And | Op::Or | Op::With)) {
                return None;
            }
            match next {
                Op::If | Op::Unless => {
                    block = self.names.len();
                    self.negated = !self.negated;
                }
                Op::Else => {
                    // the condition holds for one branch and not for the other: it counts both ways
                    let flipped =
                        self.names[block..].iter().map(|(neg, name)| (!neg, name.clone())).collect::<Vec<_>>();
                    self.names.extend(flipped);
                    self.negated = !self.negated;
                }
                _ => {}
            }
            (op, chain) = (Some(next), Some(next));
        }
        self.rest = &self.rest[1..];
        if matches!(op, Some(Op::If | Op::Unless)) {
            self.negated = !self.negated;
        }
        Some(())
    }

    fn simple(&mut self) -> Option<()> {
        let name = self.word();
        if name.is_empty() {
            return None;
        }
        if !(name.len() > 7 && name.starts_with(b"rpmlib(")) {
            self.names.push((self.negated, name.to_vec()));
        }
        self.skip_space();
        let before = self.rest;
        if is_comparison(self.word()) {
            self.skip_space();
            return (!self.word().is_empty()).then_some(());
        }
        self.rest = before;
        Some(())
    }

    fn operator(&mut self) -> Option<Op> {
        let end = self.rest.iter().position(|&b| b.is_ascii_whitespace() || b == b')').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(match word {
            b"and" => Op::And,
            b"or" => Op::Or,
            b"if" => Op::If,
            b"unless" => Op::Unless,
            b"else" => Op::Else,
            b"with" => Op::With,
            b"without" => Op::Without,
            _ => return None,
        })
    }

    fn skip_space(&mut self) {
        let n = self.rest.iter().take_while(|b| is_space(**b)).count();
        self.rest = &self.rest[n..];
    }

    /// Up to white space, a comma or a closing parenthesis that was not opened in the word.
    fn word(&mut self) -> &'a [u8] {
        let mut open = 0;
        let end = self.rest.iter().position(|&b| match b {
            b'(' => {
                open += 1;
                false
            }
            b')' if open == 0 => true,
            b')' => {
                open -= 1;
                false
            }
            b => is_space(b),
        });
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        word
    }
}

fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c | b',')
}

fn is_comparison(word: &[u8]) -> bool {
    !word.is_empty() && word.len() <= 2 && word.iter().all(|b| matches!(b, b'<' | b'>' | b'='))
}
