//! Shell patterns: `*`, `?`, `[…]`, and `?(…) *(…) +(…) @(…) !(…)`. Positions reached are kept as sets, so that no pattern takes
//! more time than its length times the text's.

mod compile;

use compile::compile;

use crate::effects::shell::text::char_at;

/// Comparisons one match may take.
const MOST: u64 = 20_000_000;
/// Characters of a class's name.
const LONGEST_NAME: usize = 16;
/// Groups inside one another.
const DEEPEST: usize = 20;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Char(u32),
    Any,
    Star,
    Class { negated: bool, items: Vec<Item> },
    Group { kind: u8, alternatives: Vec<Vec<Node>> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    Range(u32, u32),
    Named(String),
}

/// A pattern made ready. In its text a backslash quotes what follows.
#[derive(Clone, Debug)]
pub(in super::super) struct Pattern {
    nodes: Vec<Node>,
    folded: bool,
}

/// A text as characters, and what was spent on it.
#[derive(Debug)]
pub(in super::super) struct Subject {
    chars: Vec<u32>,
    /// Comparisons so far.
    pub work: u64,
}

impl Subject {
    pub(in super::super) fn new(text: &[u8]) -> Self {
        let (mut chars, mut at) = (Vec::with_capacity(text.len()), 0);
        while at < text.len() {
            let (c, length) = char_at(text, at);
            chars.push(c);
            at += length;
        }
        Self { chars, work: 0 }
    }

    pub(in super::super) fn len(&self) -> usize {
        self.chars.len()
    }
}

/// Quotes every character that a pattern could take for something else.
pub(in super::super) fn quote(text: &[u8], into: &mut Vec<u8>) {
    for &b in text {
        if b.is_ascii_punctuation() {
            into.push(b'\\');
        }
        into.push(b);
    }
}

/// Whether a pattern can match anything but itself.
pub(in super::super) fn is_magic(pattern: &[u8]) -> bool {
    let mut at = 0;
    while at < pattern.len() {
        match pattern[at] {
            b'\\' => at += 1,
            b'*' | b'?' | b'[' => return true,
            b'(' if at > 0 && b"?*+@!".contains(&pattern[at - 1]) => return true,
            _ => {}
        }
        at += 1;
    }
    false
}

/// A pattern's text without its backslashes.
pub(in super::super) fn unquote(pattern: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::with_capacity(pattern.len()), 0);
    while at < pattern.len() {
        if pattern[at] == b'\\' && at + 1 < pattern.len() {
            at += 1;
        }
        out.push(pattern[at]);
        at += 1;
    }
    out
}

impl Pattern {
    pub(in super::super) fn new(pattern: &[u8], extended: bool) -> Self {
        let nodes = compile(&Subject::new(pattern).chars, extended, 0);
        Self { nodes, folded: false }
    }

    /// The same without regard to case.
    pub(in super::super) fn folded(mut self, folded: bool) -> Self {
        self.folded = folded;
        self
    }

    /// Whether it begins with a dot of its own, so that it may match hidden names.
    pub(in super::super) fn begins_with_dot(&self) -> bool {
        self.nodes.first() == Some(&Node::Char(u32::from(b'.')))
    }

    /// Whether all of a text matches.
    pub(in super::super) fn matches(&self, subject: &mut Subject) -> bool {
        let end = subject.len();
        self.ends(subject, 0).binary_search(&end).is_ok()
    }

    /// Ends of the matches that begin at a character, in order.
    pub(in super::super) fn ends(&self, subject: &mut Subject, start: usize) -> Vec<usize> {
        Run { folded: self.folded, forward: true }.sequence(&self.nodes, subject, vec![start])
    }

    /// Starts of the matches that end with the text, in order.
    pub(in super::super) fn starts(&self, subject: &mut Subject) -> Vec<usize> {
        let end = subject.len();
        Run { folded: self.folded, forward: false }.sequence(&self.nodes, subject, vec![end])
    }
}

#[derive(Clone, Copy)]
struct Run {
    folded: bool,
    forward: bool,
}

impl Run {
    /// Where one can be behind `nodes`, coming from `places`.
    fn sequence(self, nodes: &[Node], subject: &mut Subject, mut places: Vec<usize>) -> Vec<usize> {
        for i in 0..nodes.len() {
            if places.is_empty() {
                break;
            }
            let node = &nodes[if self.forward { i } else { nodes.len() - 1 - i }];
            subject.work += places.len() as u64;
            if subject.work > MOST {
                return Vec::new();
            }
            places = self.node(node, subject, &places);
        }
        places
    }

    fn node(self, node: &Node, subject: &mut Subject, places: &[usize]) -> Vec<usize> {
        match node {
            Node::Star if self.forward => (places[0]..=subject.len()).collect(),
            Node::Star => (0..=*places.last().expect("not empty")).collect(),
            Node::Group { kind, alternatives } => self.group(*kind, alternatives, subject, places),
            _ => places.iter().filter_map(|&at| self.one(node, subject, at)).collect(),
        }
    }

    /// One character.
    fn one(self, node: &Node, subject: &Subject, at: usize) -> Option<usize> {
        let (place, next) = if self.forward { (at, at + 1) } else { (at.checked_sub(1)?, at - 1) };
        let c = *subject.chars.get(place)?;
        let matches = match node {
            Node::Char(wanted) => *wanted == c || (self.folded && fold(*wanted) == fold(c)),
            Node::Class { negated, items } => {
                let has = |c: u32| items.iter().any(|item| item.has(c));
                (has(c) || (self.folded && (has(fold(c)) || has(upper(c))))) != *negated
            }
            _ => true,
        };
        matches.then_some(next)
    }

    fn group(self, kind: u8, alternatives: &[Vec<Node>], subject: &mut Subject, places: &[usize]) -> Vec<usize> {
        let once = |subject: &mut Subject, from: &[usize]| {
            let mut all: Vec<usize> = Vec::new();
            for alternative in alternatives {
                all.extend(self.sequence(alternative, subject, from.to_vec()));
            }
            all.sort_unstable();
            all.dedup();
            all
        };
        let mut reached = match kind {
            b'@' => return once(subject, places),
            b'?' | b'*' => places.to_vec(),
            b'!' => return self.except(places, subject, once),
            _ => once(subject, places),
        };
        if kind == b'?' {
            reached.extend(once(subject, places));
        } else {
            let mut new = reached.clone();
            while !new.is_empty() && subject.work <= MOST {
                new = once(subject, &new).into_iter().filter(|p| !reached.contains(p)).collect();
                subject.work += (new.len() * reached.len()) as u64;
                reached.extend(&new);
            }
        }
        reached.sort_unstable();
        reached.dedup();
        reached
    }

    /// `!(…)`: wherever the alternatives do not lead.
    fn except(
        self,
        places: &[usize],
        subject: &mut Subject,
        once: impl Fn(&mut Subject, &[usize]) -> Vec<usize>,
    ) -> Vec<usize> {
        let mut all = Vec::new();
        for &from in places {
            let taken = once(subject, &[from]);
            let range = if self.forward { from..=subject.len() } else { 0..=from };
            subject.work += subject.len() as u64;
            if subject.work > MOST {
                return Vec::new();
            }
            all.extend(range.filter(|p| taken.binary_search(p).is_err()));
        }
        all.sort_unstable();
        all.dedup();
        all
    }
}

fn fold(c: u32) -> u32 {
    char::from_u32(c).and_then(|c| c.to_lowercase().next()).map_or(c, u32::from)
}

fn upper(c: u32) -> u32 {
    char::from_u32(c).and_then(|c| c.to_uppercase().next()).map_or(c, u32::from)
}

impl Item {
    fn has(&self, c: u32) -> bool {
        match self {
            Self::Range(from, to) => (*from..=*to).contains(&c),
            Self::Named(name) => is_in_class(name, c),
        }
    }
}

/// Whether a character belongs to `[:name:]`.
pub(in super::super) fn is_in_class(name: &str, c: u32) -> bool {
    let Some(c) = char::from_u32(c) else { return false };
    match name {
        "alpha" => c.is_alphabetic(),
        "digit" => c.is_ascii_digit(),
        "alnum" => c.is_alphanumeric(),
        "upper" => c.is_uppercase(),
        "lower" => c.is_lowercase(),
        "space" => c.is_whitespace(),
        "blank" => c == ' ' || c == '\t',
        "punct" => c.is_ascii_punctuation(),
        "cntrl" => c.is_control(),
        "xdigit" => c.is_ascii_hexdigit(),
        "word" => c.is_alphanumeric() || c == '_',
        "print" => !c.is_control(),
        "graph" => !c.is_control() && !c.is_whitespace(),
        "ascii" => c.is_ascii(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern.as_bytes(), true).matches(&mut Subject::new(text.as_bytes()))
    }

    #[test]
    fn patterns_match_as_in_bash() {
        assert!(is("*.so.?", "libc.so.6") && !is("*.so.?", "libc.so.60"));
        assert!(is("[a-c]*[!0-9]", "b1x") && !is("[a-c]*[!0-9]", "b12"));
        assert!(is("[]x]", "]") && is("[[:digit:]-]", "-") && is("[a", "[a") && is("\\*", "*") && !is("\\*", "x"));
        assert!(is("?", "é") && is("@(a|b*)c", "bxxc") && is("+(ab)", "abab") && !is("+(ab)", "aba"));
        assert!(is("!(foo)", "bar") && !is("!(foo)", "foo") && is("!(foo)x", "foofx"));
        assert!(is("a*(b|c)d", "abcbd") && is("a?(b)d", "ad"));
    }

    #[test]
    fn no_pattern_takes_forever() {
        let text = "a".repeat(5000);
        assert!(!is(&"*a".repeat(300), &"b".repeat(5000)));
        assert!(!is(&("*a".repeat(100) + "b"), &text));
        let mut subject = Subject::new(text.as_bytes());
        Pattern::new("+(+(+(a*)b))".as_bytes(), true).matches(&mut subject);
        assert!(subject.work <= MOST * 3);
    }

    #[test]
    fn ends_and_starts_are_all_there() {
        let mut subject = Subject::new(b"a/b/c");
        assert_eq!(Pattern::new(b"*/", false).ends(&mut subject, 0), [2, 4]);
        assert_eq!(Pattern::new(b"/*", false).starts(&mut subject), [1, 3]);
    }
}
