//! What `grep -P` is given, as far as people write it on command lines.

use super::{
    PatternError, bracket,
    node::{Look, Node, Set, Tree, symbol},
};

/// Groups inside one another.
const DEEPEST: usize = 100;

pub(super) fn parse(source: &[u8], ignore_case: bool) -> Result<Tree, PatternError> {
    if source.len() > 1 << 16 {
        return Err(PatternError::TooBig);
    }
    let mut parser = Parser { source, at: 0, ignore_case, sets: Vec::new(), groups: 0, depth: 0 };
    let root = parser.alternatives()?;
    if parser.at < source.len() {
        return Err(PatternError::CloseGroup);
    }
    Ok(Tree { root, sets: parser.sets, groups: parser.groups })
}

struct Parser<'s> {
    source: &'s [u8],
    at: usize,
    ignore_case: bool,
    sets: Vec<Set>,
    groups: usize,
    depth: usize,
}

/// `\d`, `\W` …: the set of a letter after a backslash.
fn shorthand(letter: u8) -> Option<Set> {
    let set = match letter.to_ascii_lowercase() {
        b'd' => Set::ascii(|b| b.is_ascii_digit()),
        b'w' => Set::ascii(|b| b.is_ascii_alphanumeric() || b == b'_'),
        b's' => Set::space(),
        b'h' => Set::ascii(|b| b == b' ' || b == b'\t'),
        b'v' => Set::ascii(|b| (10..=13).contains(&b)),
        b'n' if letter == b'N' => Set::one(10),
        _ => return None,
    };
    Some(if letter.is_ascii_uppercase() { set.complement() } else { set })
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.source.get(self.at).copied()
    }

    fn eat(&mut self, text: &[u8]) -> bool {
        let found = self.source[self.at..].starts_with(text);
        self.at += if found { text.len() } else { 0 };
        found
    }

    fn alternatives(&mut self) -> Result<Node, PatternError> {
        let case = self.ignore_case;
        let mut all = vec![self.sequence()?];
        while self.eat(b"|") {
            all.push(self.sequence()?);
        }
        self.ignore_case = case;
        Ok(if all.len() == 1 { all.remove(0) } else { Node::Alternate(all) })
    }

    fn sequence(&mut self) -> Result<Node, PatternError> {
        let mut nodes = Vec::new();
        while let Some(byte) = self.peek() {
            if byte == b'|' || byte == b')' {
                break;
            }
            let node = self.atom(byte)?;
            nodes.push(self.repeated(node)?);
        }
        Ok(Node::Concat(nodes))
    }

    fn atom(&mut self, byte: u8) -> Result<Node, PatternError> {
        self.at += 1;
        match byte {
            b'(' => self.group(),
            b'[' => self.bracket(),
            b'.' => Ok(self.set(Set::one(10).complement())),
            b'^' => Ok(Node::Look(Look::Start)),
            b'$' => Ok(Node::Look(Look::End)),
            b'\\' => self.escaped(),
            b'*' | b'+' | b'?' => Err(PatternError::Preceding),
            _ => {
                self.at -= 1;
                let (symbol, length) = symbol(&self.source[self.at..]).ok_or(PatternError::Perl)?;
                self.at += length;
                Ok(self.set(Set::one(symbol)))
            }
        }
    }

    /// After `(`.
    fn group(&mut self) -> Result<Node, PatternError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(PatternError::TooBig);
        }
        let case = self.ignore_case;
        let assertions: [(&[u8], bool, bool); 4] =
            [(b"?=", true, false), (b"?!", true, true), (b"?<=", false, false), (b"?<!", false, true)];
        let assertion = assertions.iter().find(|(mark, ..)| self.eat(mark));
        let node = if let Some(&(_, ahead, negative)) = assertion {
            Node::Assert { node: Box::new(self.alternatives()?), ahead, negative }
        } else if self.eat(b"?i)") {
            self.depth -= 1;
            self.ignore_case = true;
            return Ok(Node::Empty);
        } else if self.eat(b"?i:") {
            self.ignore_case = true;
            self.alternatives()?
        } else if self.eat(b"?:") {
            self.alternatives()?
        } else if self.peek() == Some(b'?') {
            return Err(PatternError::Perl);
        } else {
            self.groups += 1;
            let number = self.groups;
            Node::Group(Box::new(self.alternatives()?), number)
        };
        self.ignore_case = case;
        self.depth -= 1;
        if self.eat(b")") { Ok(node) } else { Err(PatternError::OpenGroup) }
    }

    /// After a backslash.
    fn escaped(&mut self) -> Result<Node, PatternError> {
        let byte = self.peek().ok_or(PatternError::Backslash)?;
        self.at += 1;
        if let Some(set) = shorthand(byte) {
            return Ok(self.set(set));
        }
        Ok(match byte {
            b'b' => Node::Look(Look::Boundary),
            b'B' => Node::Look(Look::Inside),
            b'A' => Node::Look(Look::Start),
            b'z' | b'Z' => Node::Look(Look::End),
            b'K' => Node::Keep,
            b'Q' => self.quoted(),
            b'1'..=b'9' if usize::from(byte - b'0') <= self.groups => Node::Reference(usize::from(byte - b'0')),
            _ => {
                let symbol = self.character(byte)?;
                self.set(Set::one(symbol))
            }
        })
    }

    fn quoted(&mut self) -> Node {
        let rest = &self.source[self.at..];
        let length = rest.windows(2).position(|w| w == b"\\E").unwrap_or(rest.len());
        let (mut text, mut nodes) = (&rest[..length], Vec::new());
        while let Some((symbol, n)) = symbol(text) {
            nodes.push(self.set(Set::one(symbol)));
            text = &text[n..];
        }
        self.at = (self.at + length + 2).min(self.source.len());
        Node::Concat(nodes)
    }

    /// A character written with a backslash whose letter was passed.
    fn character(&mut self, byte: u8) -> Result<u32, PatternError> {
        self.at -= 1;
        let rest = &self.source[self.at..];
        let known = if byte == b'e' { Some((27, 1)) } else { bracket::escape(rest) };
        let (symbol, length) = match known.or_else(|| symbol(rest)) {
            Some((_, 1)) if known.is_none() && byte.is_ascii_alphanumeric() => return Err(PatternError::Perl),
            Some(found) => found,
            None => return Err(PatternError::Backslash),
        };
        self.at += length;
        Ok(symbol)
    }

    /// After `[`.
    fn bracket(&mut self) -> Result<Node, PatternError> {
        let negated = self.eat(b"^");
        let first = self.at;
        let mut ranges = Vec::new();
        while self.at == first || self.peek() != Some(b']') {
            if self.eat(b"[:") {
                let rest = &self.source[self.at..];
                let end = rest.windows(2).position(|w| w == b":]").ok_or(PatternError::OpenBracket)?;
                ranges.extend(bracket::class(&rest[..end])?.0);
                self.at += end + 2;
                continue;
            }
            if let (Some(b'\\'), Some(set)) = (self.peek(), self.source.get(self.at + 1).and_then(|&b| shorthand(b))) {
                ranges.extend(set.0);
                self.at += 2;
                continue;
            }
            let low = self.member()?;
            let is_range = self.peek() == Some(b'-') && self.source.get(self.at + 1).is_some_and(|&b| b != b']');
            let high = if is_range {
                self.at += 1;
                self.member()?
            } else {
                low
            };
            if high < low {
                return Err(PatternError::Range);
            }
            ranges.push((low, high));
        }
        self.at += 1;
        let set = Set(ranges).normal();
        let set = if self.ignore_case { set.folded() } else { set };
        Ok(self.set(if negated { set.complement() } else { set }))
    }

    fn member(&mut self) -> Result<u32, PatternError> {
        if self.eat(b"\\") {
            let byte = self.peek().ok_or(PatternError::OpenBracket)?;
            self.at += 1;
            return self.character(byte);
        }
        let (symbol, length) = symbol(&self.source[self.at..]).ok_or(PatternError::OpenBracket)?;
        self.at += length;
        Ok(symbol)
    }

    fn repeated(&mut self, mut node: Node) -> Result<Node, PatternError> {
        for _ in 0..DEEPEST {
            let (min, max) = match self.peek() {
                Some(b'*') => (0, None),
                Some(b'+') => (1, None),
                Some(b'?') => (0, Some(1)),
                Some(b'{') => match self.interval() {
                    Some(interval) => interval,
                    None => return Ok(node),
                },
                _ => return Ok(node),
            };
            self.at += 1;
            let lazy = self.eat(b"?");
            node = Node::Repeat { node: Box::new(node), min, max, lazy };
        }
        Err(PatternError::TooBig)
    }

    /// `{n}`, `{n,}`, `{n,m}`: passes it but for its `}`.
    fn interval(&mut self) -> Option<(u32, Option<u32>)> {
        let rest = &self.source[self.at + 1..];
        let end = rest.iter().position(|&b| b == b'}')?;
        let text = std::str::from_utf8(&rest[..end]).ok()?;
        let number = |t: &str| t.parse::<u32>().ok().filter(|&n| n < 0x8000 && t.bytes().all(|b| b.is_ascii_digit()));
        let bounds = match text.split_once(',') {
            None => (number(text)?, Some(number(text)?)),
            Some((low, "")) => (number(low)?, None),
            Some((low, high)) => (number(low)?, Some(number(high)?)),
        };
        self.at += end + 1;
        bounds.1.is_none_or(|max| max >= bounds.0).then_some(bounds)
    }

    fn set(&mut self, set: Set) -> Node {
        self.sets.push(if self.ignore_case { set.folded() } else { set });
        Node::Set(self.sets.len() - 1)
    }
}
