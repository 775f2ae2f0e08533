//! Basic and extended syntax, as glibc reads it.

use super::{
    PatternError, Strays, Syntax, bracket,
    node::{Look, Node, Set, Tree, symbol},
};

/// Groups inside one another.
const DEEPEST: usize = 100;
/// `RE_DUP_MAX`.
const MOST: u32 = 0x7fff;
/// Bytes of one expression.
const LONGEST: usize = 1 << 16;

pub(super) fn parse(source: &[u8], syntax: Syntax) -> Result<Tree, PatternError> {
    if source.len() > LONGEST {
        return Err(PatternError::TooBig);
    }
    let mut parser = Parser { source, at: 0, syntax, sets: Vec::new(), groups: 0, closed: Vec::new(), depth: 0 };
    let root = parser.alternatives()?;
    if parser.at < source.len() {
        return Err(PatternError::CloseGroup);
    }
    Ok(Tree { root, sets: parser.sets, groups: parser.groups })
}

/// Bytes that stand for themselves.
pub(super) fn literal(source: &[u8], ignore_case: bool) -> Result<Tree, PatternError> {
    if source.len() > LONGEST {
        return Err(PatternError::TooBig);
    }
    let (mut sets, mut at) = (Vec::new(), 0);
    while let Some((symbol, len)) = symbol(&source[at..]) {
        let set = Set::one(symbol);
        sets.push(if ignore_case { set.folded() } else { set });
        at += len;
    }
    Ok(Tree { root: Node::Concat((0..sets.len()).map(Node::Set).collect()), sets, groups: 0 })
}

/// A file name pattern; a bracket that does not end is itself.
pub(super) fn glob(source: &[u8]) -> Result<Tree, PatternError> {
    if source.len() > LONGEST {
        return Err(PatternError::TooBig);
    }
    let (mut sets, mut nodes, mut at) = (Vec::new(), Vec::new(), 0);
    while let Some((mut symbol, mut length)) = symbol(&source[at..]) {
        let mut many = false;
        let mut set = None;
        match (source[at], source.get(at + 1)) {
            (b'*', _) => (many, set) = (true, Some(Set::any())),
            (b'?', _) => set = Some(Set::any()),
            (b'[', _) => {
                if let Ok((found, end)) = bracket::glob_bracket(&source[at + 1..]) {
                    (set, length) = (Some(found), end + 1);
                }
            }
            (b'\\', Some(_)) => {
                if let Some((next, long)) = super::node::symbol(&source[at + 1..]) {
                    (symbol, length) = (next, long + 1);
                }
            }
            _ => {}
        }
        sets.push(set.unwrap_or_else(|| Set::one(symbol)));
        let node = Node::Set(sets.len() - 1);
        nodes.push(if many { Node::Repeat { node: Box::new(node), min: 0, max: None, lazy: false } } else { node });
        at += length;
    }
    Ok(Tree { root: Node::Concat(nodes), sets, groups: 0 })
}

struct Parser<'s> {
    source: &'s [u8],
    at: usize,
    syntax: Syntax,
    sets: Vec<Set>,
    groups: usize,
    /// Groups that have ended: what a back-reference may name.
    closed: Vec<usize>,
    depth: usize,
}

/// An operator, whichever way the syntax writes it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Open,
    Close,
    Or,
    Star,
    Plus,
    Question,
    Interval,
}

impl Parser<'_> {
    fn rest(&self) -> &[u8] {
        &self.source[self.at..]
    }

    /// The operator that stands here, and its length.
    fn operator(&self) -> Option<(Operator, usize)> {
        let rest = self.rest();
        let (byte, length) = match *rest.first()? {
            b'*' => return Some((Operator::Star, 1)),
            b'\\' if !self.syntax.extended => (*rest.get(1)?, 2),
            b'\n' if self.syntax.strays == Strays::Skipped => (b'|', 1), // RE_NEWLINE_ALT
            b if self.syntax.extended => (b, 1),
            _ => return None,
        };
        let operator = match byte {
            b'(' => Operator::Open,
            b')' => Operator::Close,
            b'|' => Operator::Or,
            b'+' => Operator::Plus,
            b'?' => Operator::Question,
            b'{' => Operator::Interval,
            _ => return None,
        };
        Some((operator, length))
    }

    fn is_at(&self, wanted: &[Operator]) -> bool {
        self.operator().is_some_and(|(operator, _)| wanted.contains(&operator))
    }

    fn alternatives(&mut self) -> Result<Node, PatternError> {
        let mut all = vec![self.sequence()?];
        while let Some((Operator::Or, length)) = self.operator() {
            self.at += length;
            all.push(self.sequence()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Node::Alternate(all) })
    }

    fn sequence(&mut self) -> Result<Node, PatternError> {
        let mut nodes = Vec::new();
        let start = self.at;
        while self.at < self.source.len() {
            let ends = match self.operator() {
                Some((Operator::Or, _)) => true,
                Some((Operator::Close, _)) => {
                    self.depth > 0 || !self.syntax.extended || self.syntax.strays == Strays::Refused
                }
                _ => false,
            };
            if ends {
                break;
            }
            let Some(node) = self.atom(start, nodes.last())? else { continue };
            let node = self.repeated(node)?;
            nodes.push(node);
        }
        Ok(match nodes.len() {
            0 => Node::Empty,
            1 => nodes.remove(0),
            _ => Node::Concat(nodes),
        })
    }

    /// What stands here; none for an operator that is passed over.
    fn atom(&mut self, start: usize, before: Option<&Node>) -> Result<Option<Node>, PatternError> {
        match self.operator() {
            Some((Operator::Open, length)) => {
                self.at += length;
                return self.group().map(Some);
            }
            Some((Operator::Close | Operator::Or, length)) => {
                self.at += length;
                return Ok(Some(self.set(Set::one(u32::from(b')')))));
            }
            Some((operator, length)) if self.starts_nothing(before) => return self.stray(operator, length),
            _ => {}
        }
        let rest = self.rest();
        let (node, length) = match rest[0] {
            b'[' => {
                let (set, length) = bracket::bracket(&rest[1..], self.syntax.escapes)?;
                (self.set(set), length + 1)
            }
            b'.' => (self.set(Set::any()), 1),
            b'^' if self.syntax.extended || self.at == start => (Node::Look(self.line_start()), 1),
            b'$' if self.syntax.extended || self.is_last() => (Node::Look(self.line_end()), 1),
            b'\\' => return self.escaped().map(Some),
            _ => {
                let (symbol, length) = symbol(rest).ok_or(PatternError::Backslash)?;
                (self.set(Set::one(symbol)), length)
            }
        };
        self.at += length;
        Ok(Some(node))
    }

    /// Whether an operator here has nothing to work on: in a basic expression an anchor is nothing, too.
    fn starts_nothing(&self, before: Option<&Node>) -> bool {
        match before {
            None => true,
            Some(Node::Look(_)) => true,
            Some(_) => false,
        }
    }

    fn stray(&mut self, operator: Operator, length: usize) -> Result<Option<Node>, PatternError> {
        let is_literal = match (self.syntax.extended, self.syntax.strays) {
            (false, _) => operator != Operator::Interval,
            (true, Strays::Literal) => true,
            (true, Strays::Skipped) => operator == Operator::Interval && self.interval(length).is_err(),
            (true, Strays::Refused) => false,
        };
        if is_literal {
            let byte = self.source[self.at + length - 1];
            self.at += length;
            return Ok(Some(self.set(Set::one(u32::from(byte)))));
        }
        if self.syntax.strays != Strays::Skipped {
            return Err(PatternError::Preceding);
        }
        self.at += if operator == Operator::Interval { self.interval(length)?.2 } else { length };
        Ok(None)
    }

    fn group(&mut self) -> Result<Node, PatternError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(PatternError::TooBig);
        }
        self.groups += 1;
        let number = self.groups;
        let inside = self.alternatives()?;
        let Some((Operator::Close, length)) = self.operator() else { return Err(PatternError::OpenGroup) };
        self.at += length;
        self.depth -= 1;
        self.closed.push(number);
        Ok(Node::Group(Box::new(inside), number))
    }

    /// A backslash and what follows it.
    fn escaped(&mut self) -> Result<Node, PatternError> {
        let rest = &self.rest()[1..];
        let Some(&byte) = rest.first() else { return Err(PatternError::Backslash) };
        let (node, length) = match byte {
            b'w' => (self.set(Set::word()), 1),
            b'W' => (self.set(Set::word().complement()), 1),
            b's' => (self.set(Set::space()), 1),
            b'S' => (self.set(Set::space().complement()), 1),
            b'<' => (Node::Look(Look::WordStart), 1),
            b'>' => (Node::Look(Look::WordEnd), 1),
            b'y' if self.syntax.escapes => (Node::Look(Look::Boundary), 1),
            b'b' if !self.syntax.escapes => (Node::Look(Look::Boundary), 1),
            b'B' => (Node::Look(Look::Inside), 1),
            b'`' => (Node::Look(Look::Start), 1),
            b'\'' => (Node::Look(Look::End), 1),
            b'1'..=b'9' if !self.syntax.escapes => {
                let number = usize::from(byte - b'0');
                if !self.closed.contains(&number) {
                    return Err(PatternError::Reference);
                }
                (Node::Reference(number), 1)
            }
            _ => {
                let known = if self.syntax.escapes { bracket::escape(rest) } else { None };
                let (symbol, length) = known.or_else(|| symbol(rest)).ok_or(PatternError::Backslash)?;
                (self.set(Set::one(symbol)), length)
            }
        };
        self.at += 1 + length;
        Ok(node)
    }

    /// The operators after an atom.
    fn repeated(&mut self, mut node: Node) -> Result<Node, PatternError> {
        if !self.syntax.extended && matches!(node, Node::Look(_)) {
            return Ok(node);
        }
        let mut times = 0;
        while let Some((operator, length)) = self.operator() {
            let (min, max, length) = match operator {
                Operator::Star => (0, None, length),
                Operator::Plus => (1, None, length),
                Operator::Question => (0, Some(1), length),
                Operator::Interval => match self.interval(length) {
                    Ok(interval) => interval,
                    Err(_) if self.syntax.extended && self.syntax.strays != Strays::Refused => break,
                    Err(error) => return Err(error),
                },
                _ => break,
            };
            self.at += length;
            times += 1;
            if times > DEEPEST {
                return Err(PatternError::TooBig);
            }
            // `x**` is `x*`: one star around the other would only cost depth.
            let same = matches!(node, Node::Repeat { min: 0, max: None, .. }) && (min, max) == (0, None);
            if !same {
                node = Node::Repeat { node: Box::new(node), min, max, lazy: false };
            }
        }
        // What looks like an interval but is none stands for itself: the brace goes by here.
        Ok(node)
    }

    /// `{n}`, `{n,}`, `{,m}`, `{n,m}`: bounds and length with the operator.
    fn interval(&self, length: usize) -> Result<(u32, Option<u32>, usize), PatternError> {
        let body = &self.rest()[length..];
        let end = body.iter().position(|&b| b == b'}').ok_or(PatternError::OpenInterval)?;
        let inside = if self.syntax.extended {
            &body[..end]
        } else {
            body[..end].strip_suffix(b"\\").ok_or(PatternError::Interval)?
        };
        let number = |text: &[u8]| -> Result<u32, PatternError> {
            let text = std::str::from_utf8(text).ok().filter(|t| t.bytes().all(|b| b.is_ascii_digit()));
            let number = text.and_then(|t| t.parse().ok()).ok_or(PatternError::Interval)?;
            if number > MOST { Err(PatternError::TooBig) } else { Ok(number) }
        };
        let (min, max) = match inside.iter().position(|&b| b == b',') {
            None => (number(inside)?, Some(number(inside)?)),
            Some(comma) => {
                let (low, high) = (&inside[..comma], &inside[comma + 1..]);
                let min = if low.is_empty() { 0 } else { number(low)? };
                (min, if high.is_empty() { None } else { Some(number(high)?) })
            }
        };
        if max.is_some_and(|max| max < min) {
            return Err(PatternError::Interval);
        }
        Ok((min, max, length + end + 1))
    }

    /// Whether a `$` here ends the expression, or a part of it.
    fn is_last(&self) -> bool {
        let after = Parser { at: self.at + 1, sets: Vec::new(), closed: Vec::new(), ..*self };
        after.at == after.source.len() || after.is_at(&[Operator::Or, Operator::Close])
    }

    fn line_start(&self) -> Look {
        if self.syntax.multiline { Look::LineStart } else { Look::Start }
    }

    fn line_end(&self) -> Look {
        if self.syntax.multiline { Look::LineEnd } else { Look::End }
    }

    fn set(&mut self, set: Set) -> Node {
        let set = if self.syntax.ignore_case { set.folded() } else { set };
        if let Some(same) = self.sets.iter().position(|s| *s == set) {
            return Node::Set(same);
        }
        self.sets.push(set);
        Node::Set(self.sets.len() - 1)
    }
}
