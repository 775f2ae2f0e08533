//! What an expression is made of.

/// Ranges of characters, both ends included. A byte that is no part of a UTF-8 character is `RAW` + the byte.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Set(pub Vec<(u32, u32)>);

/// Above every character: bytes that are none.
pub(super) const RAW: u32 = 0x11_0000;

/// Where Unicode has its letters, block by block: what is between them in a block counts as one.
pub(super) const LETTERS: [(u32, u32); 9] = [
    (0xaa, 0xaa),
    (0xb5, 0xb5),
    (0xba, 0xba),
    (0xc0, 0xd6),
    (0xd8, 0xf6),
    (0xf8, 0x1fff),
    (0x2c00, 0x2dff),
    (0x3041, 0xd7ff),
    (0xf900, 0xfdff),
];

impl Set {
    pub fn one(symbol: u32) -> Self {
        Self(vec![(symbol, symbol)])
    }

    /// Every character, newlines included, but no stray byte.
    pub fn any() -> Self {
        Self::default().complement()
    }

    /// Of ASCII, those that satisfy `test`.
    pub fn ascii(test: impl Fn(u8) -> bool) -> Self {
        Self((0..128u8).filter(|&b| test(b)).map(|b| (u32::from(b), u32::from(b))).collect()).normal()
    }

    /// Letters, digits and `_`.
    pub fn word() -> Self {
        Self::ascii(|b| b.is_ascii_alphanumeric() || b == b'_').or(&LETTERS)
    }

    pub fn space() -> Self {
        Self::ascii(|b| b == b' ' || (9..=13).contains(&b))
    }

    /// With those ranges too.
    pub fn or(mut self, ranges: &[(u32, u32)]) -> Self {
        self.0.extend_from_slice(ranges);
        self.normal()
    }

    pub fn contains(&self, symbol: u32) -> bool {
        self.0.iter().any(|&(low, high)| (low..=high).contains(&symbol))
    }

    /// Sorted, neighbours joined.
    pub fn normal(mut self) -> Self {
        self.0.sort_unstable();
        let mut joined: Vec<(u32, u32)> = Vec::with_capacity(self.0.len());
        for (low, high) in self.0 {
            match joined.last_mut() {
                Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
                _ => joined.push((low, high)),
            }
        }
        Self(joined)
    }

    /// Every character that is not in it. Surrogates are no characters.
    pub fn complement(mut self) -> Self {
        self.0.push((0xd800, 0xdfff));
        let mut next = 0;
        let mut out = Vec::new();
        for (low, high) in self.normal().0 {
            if low >= RAW {
                break;
            }
            if low > next {
                out.push((next, low - 1));
            }
            next = high.saturating_add(1);
        }
        if next < RAW {
            out.push((next, RAW - 1));
        }
        Self(out)
    }

    /// With the other case of every ASCII letter in it, and of single other ones.
    pub fn folded(mut self) -> Self {
        let single = self.0.iter().filter(|(low, high)| low == high && *low > 127);
        let letters: Vec<char> = single.filter_map(|(low, _)| char::from_u32(*low)).collect();
        for letter in letters {
            let other = letter.to_lowercase().chain(letter.to_uppercase()).filter(|c| *c != letter);
            self.0.extend(other.take(1).map(|c| (u32::from(c), u32::from(c))));
        }
        for letter in b'a'..=b'z' {
            let (lower, upper) = (u32::from(letter), u32::from(letter.to_ascii_uppercase()));
            match (self.contains(lower), self.contains(upper)) {
                (true, false) => self.0.push((upper, upper)),
                (false, true) => self.0.push((lower, lower)),
                _ => {}
            }
        }
        self.normal()
    }
}

/// The character at the start of some bytes, and its length; none at the end.
pub(super) fn symbol(bytes: &[u8]) -> Option<(u32, usize)> {
    let first = *bytes.first()?;
    if first < 128 {
        return Some((u32::from(first), 1));
    }
    let head = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
    };
    match valid.chars().next() {
        Some(c) => Some((u32::from(c), c.len_utf8())),
        None => Some((RAW + u32::from(first), 1)),
    }
}

/// The same for the end of some bytes.
pub(super) fn symbol_before(bytes: &[u8]) -> Option<u32> {
    let from =
        (1..=4.min(bytes.len())).find(|&n| symbol(&bytes[bytes.len() - n..]).is_some_and(|(_, len)| len == n))?;
    symbol(&bytes[bytes.len() - from..]).map(|(symbol, _)| symbol)
}

/// What holds at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// ``\` ``, and `^` outside of multiline.
    Start,
    /// `\'`, and `$` outside of multiline.
    End,
    /// `^` in multiline.
    LineStart,
    /// `$` in multiline.
    LineEnd,
    /// `\b`
    Boundary,
    /// `\B`
    Inside,
    /// `\<`
    WordStart,
    /// `\>`
    WordEnd,
}

/// What an operator with nothing to operate on is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::effects) enum Strays {
    /// An error.
    Refused,
    /// Nothing; a `{` that starts no interval is itself.
    Skipped,
    /// Itself; so are a `{` that starts no interval and a `)` without its `(`.
    Literal,
}

/// A part of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Empty,
    /// A character out of that set of the tree's.
    Set(usize),
    Look(Look),
    Group(Box<Node>, usize),
    Concat(Vec<Node>),
    Alternate(Vec<Node>),
    Repeat {
        node: Box<Node>,
        min: u32,
        max: Option<u32>,
        lazy: bool,
    },
    Reference(usize),
    /// Perl's `(?=…)`, `(?!…)`, `(?<=…)`, `(?<!…)`.
    Assert {
        node: Box<Node>,
        ahead: bool,
        negative: bool,
    },
    /// Perl's `\K`: the match starts here.
    Keep,
}

impl Node {
    /// Whether the `regex` crate has all that is in it.
    pub fn is_regular(&self) -> bool {
        match self {
            Self::Reference(_) | Self::Assert { .. } | Self::Keep => false,
            Self::Group(node, _) | Self::Repeat { node, .. } => node.is_regular(),
            Self::Concat(nodes) | Self::Alternate(nodes) => nodes.iter().all(Self::is_regular),
            Self::Empty | Self::Set(_) | Self::Look(_) => true,
        }
    }

    /// Whether taking the first alternative, and as much as possible of each part, may miss the longest match. Repeated single
    /// characters cannot; alternatives, and groups that may be left out, can.
    pub fn is_ambiguous(&self) -> bool {
        match self {
            Self::Alternate(_) => true,
            Self::Repeat { node, min, max, .. } => {
                let once_or_fixed = *max == Some(*min);
                !matches!(**node, Self::Set(_)) && (!once_or_fixed || node.is_ambiguous())
            }
            Self::Group(node, _) => node.is_ambiguous(),
            Self::Concat(nodes) => nodes.iter().any(Self::is_ambiguous),
            _ => false,
        }
    }
}

/// A parsed expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tree {
    pub root: Node,
    pub sets: Vec<Set>,
    /// How many groups it has.
    pub groups: usize,
}
