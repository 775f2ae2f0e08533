//! `{a,b}` and `{1..9}`: words out of one text, before anything else is expanded.

use super::{lexer, skip::Level};

/// How many words may come of one.
const MOST: usize = 100_000;
/// Groups in a row or inside one another.
const DEEPEST: usize = 60;

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) enum Braces {
    Words(Vec<String>),
    /// More than anybody can want.
    TooMany,
}

/// Whether there may be something to expand.
pub(super) fn may_have(text: &str) -> bool {
    text.contains('{') && text.contains('}') && (text.contains(',') || text.contains(".."))
}

/// Every word of a text, in order; and how many were made on the way.
pub(in super::super) fn expand(text: &str, posix: bool) -> (Braces, usize) {
    let mut left = MOST;
    match words(text, Level { depth: 0, posix }, 0, &mut left) {
        Some(words) => (Braces::Words(words), MOST - left),
        None => (Braces::TooMany, MOST),
    }
}

struct Group {
    open: usize,
    close: usize,
    commas: Vec<usize>,
}

/// The first group that is one, in one pass over the text.
fn first_group(text: &str, level: Level) -> Option<Group> {
    let (b, mut at) = (text.as_bytes(), 0);
    let mut open: Vec<(usize, Vec<usize>)> = Vec::new();
    let mut best: Option<Group> = None;
    while at < b.len() {
        match b[at] {
            b'{' => open.push((at, Vec::new())),
            b',' => {
                if let Some((_, commas)) = open.last_mut() {
                    commas.push(at);
                }
            }
            b'}' => {
                if let Some((start, commas)) = open.pop() {
                    let counts = !commas.is_empty() || sequence(&text[start + 1..at]).is_some();
                    if counts && best.as_ref().is_none_or(|g| start < g.open) {
                        best = Some(Group { open: start, close: at, commas });
                    }
                }
                if open.is_empty() && best.is_some() {
                    return best;
                }
            }
            _ => {
                at = lexer::piece(text, at, level).ok()?;
                continue;
            }
        }
        at += 1;
    }
    best
}

fn words(text: &str, level: Level, depth: usize, left: &mut usize) -> Option<Vec<String>> {
    let Some(group) = first_group(text, level).filter(|_| depth < DEEPEST) else { return Some(vec![text.to_owned()]) };
    let inner = &text[group.open + 1..group.close];
    let middle = if group.commas.is_empty() {
        sequence(inner)?.collect(left)?
    } else {
        let mut bounds = vec![group.open];
        bounds.extend(&group.commas);
        bounds.push(group.close);
        let mut all = Vec::new();
        for pair in bounds.windows(2) {
            all.extend(words(&text[pair[0] + 1..pair[1]], level, depth + 1, left)?);
        }
        all
    };
    let after = words(&text[group.close + 1..], level, depth + 1, left)?;
    *left = left.checked_sub(middle.len().checked_mul(after.len())?)?;
    let before = &text[..group.open];
    Some(middle.iter().flat_map(|m| after.iter().map(move |a| format!("{before}{m}{a}"))).collect())
}

/// `FROM..TO[..STEP]` of numbers or letters.
struct Sequence {
    from: i64,
    to: i64,
    step: i64,
    /// Digits of a number with leading zeros; none for letters.
    width: Option<usize>,
}

fn sequence(inner: &str) -> Option<Sequence> {
    let parts: Vec<&str> = inner.split("..").collect();
    let (from, to, step) = match parts[..] {
        [from, to] => (from, to, "1"),
        [from, to, step] => (from, to, step),
        _ => return None,
    };
    let step: i64 = step.parse::<i64>().ok()?.checked_abs()?.max(1);
    let letter = |s: &str| (s.len() == 1 && s.as_bytes()[0].is_ascii_alphabetic()).then(|| i64::from(s.as_bytes()[0]));
    if let (Some(from), Some(to)) = (letter(from), letter(to)) {
        return Some(Sequence { from, to, step, width: None });
    }
    let is_padded = |s: &str| {
        let digits = s.trim_start_matches('-');
        digits.len() > 1 && digits.starts_with('0')
    };
    let width = if is_padded(from) || is_padded(to) { from.len().max(to.len()) } else { 0 };
    Some(Sequence { from: from.parse().ok()?, to: to.parse().ok()?, step, width: Some(width) })
}

impl Sequence {
    fn collect(self, left: &mut usize) -> Option<Vec<String>> {
        let count = self.from.abs_diff(self.to) / self.step.unsigned_abs();
        *left = left.checked_sub(usize::try_from(count).ok()?)?;
        let step = if self.from <= self.to { self.step } else { -self.step };
        let show = |value: i64| match self.width {
            Some(width) => format!("{value:0width$}"),
            None => char::from(value as u8).to_string(),
        };
        Some((0..=count as i64).map(|i| show(self.from + i * step)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> String {
        match expand(text, false).0 {
            Braces::Words(words) => words.join(" "),
            Braces::TooMany => "too many".to_owned(),
        }
    }

    #[test]
    fn groups_and_sequences_are_expanded() {
        assert_eq!(all("a{b,c{d,e}}f"), "abf acdf acef");
        assert_eq!(all("{1..3}{a,}"), "1a 1 2a 2 3a 3");
        assert_eq!(all("{08..10}{c..a}{1..7..3}").split(' ').count(), 27);
        assert_eq!(all("{a{b,c}}"), "{ab} {ac}");
        assert_eq!(all("{{a,b}"), "{a {b");
        assert_eq!(all("{}"), "{}");
        assert_eq!(all("${x,y}'{a,b}'"), "${x,y}'{a,b}'");
        assert_eq!(all("{1..999999}{1..9}"), "too many");
        assert_eq!(all(&"{a,b}".repeat(50)), "too many");
        assert_eq!(all(&"{".repeat(100_000)).len(), 100_000);
    }
}
