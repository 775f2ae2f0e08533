//! `glob(3)` for `include`: names in byte order, hidden ones only where the pattern says the dot.

use super::root::Root;
use crate::{effects::process::Process, rootfs::Node};

/// The names that a pattern stands for; nothing once the budget is exhausted.
pub(super) fn glob(process: &mut Process<'_, '_>, root: &Root, pattern: &[u8]) -> Vec<Vec<u8>> {
    let start = if pattern.first() == Some(&b'/') { b"/".to_vec() } else { Vec::new() };
    let mut found = vec![start];
    for part in pattern.split(|&b| b == b'/').filter(|p| !p.is_empty()) {
        let special = part.iter().any(|b| matches!(b, b'*' | b'?' | b'['));
        let mut next = Vec::new();
        for above in found {
            let join = |name: &[u8]| match above.last() {
                None | Some(b'/') => [&above, name].concat(),
                Some(_) => [&above, &b"/"[..], name].concat(),
            };
            if !special {
                next.push(join(part));
                continue;
            }
            let fs = &process.stage.fs;
            let directory = if above.is_empty() { b"." } else { above.as_slice() };
            let Some(at) = root.find(fs, directory).filter(|at| fs.get(at).is_some_and(Node::is_directory)) else {
                continue;
            };
            let names: Vec<_> = fs.children(&at).map(|(name, _)| name.to_vec()).collect();
            if !process.stage.budget.steps(1 + names.len() as u64) {
                return Vec::new();
            }
            let hidden = part.starts_with(b".");
            let fits = |name: &&Vec<u8>| (hidden || !name.starts_with(b".")) && matches(part, name);
            next.extend(names.iter().filter(fits).map(|name| join(name)));
        }
        found = next;
    }
    found.retain(|name| root.walk(process.stage.fs, name, false).is_some_and(|(_, exists)| exists));
    found.sort();
    found
}

/// `fnmatch(3)` within one component.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    // Where the last star stands, and what it has swallowed up to.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match one(&pattern[p..], name[n]) {
            Some(used) => (p, n) = (p + used, n + 1),
            None if pattern.get(p) == Some(&b'*') => {
                star = Some((p + 1, n));
                p += 1;
            }
            None => match &mut star {
                Some((after, upto)) => {
                    *upto += 1;
                    (p, n) = (*after, *upto);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&b| b == b'*')
}

/// How much of the pattern the byte uses up; none where it does not fit, or where a star stands.
fn one(pattern: &[u8], byte: u8) -> Option<usize> {
    match *pattern.first()? {
        b'*' => None,
        b'?' => Some(1),
        b'[' => match bracket(pattern) {
            Some((end, negated, set)) => {
                let inside = ranges(set).any(|(low, high)| (low..=high).contains(&byte));
                (inside != negated).then_some(end)
            }
            None => (byte == b'[').then_some(1),
        },
        b'\\' if pattern.len() > 1 => (pattern[1] == byte).then_some(2),
        literal => (literal == byte).then_some(1),
    }
}

/// A bracket expression: its length, whether it is negated, what is inside.
fn bracket(pattern: &[u8]) -> Option<(usize, bool, &[u8])> {
    let negated = matches!(pattern.get(1), Some(b'!' | b'^'));
    let start = if negated { 2 } else { 1 };
    // A bracket right at the start is meant itself.
    let end = start + 1 + pattern.get(start + 1..)?.iter().position(|&b| b == b']')?;
    Some((end + 1, negated, &pattern[start..end]))
}

fn ranges(set: &[u8]) -> impl Iterator<Item = (u8, u8)> {
    let mut rest = set;
    std::iter::from_fn(move || {
        let (&low, after) = rest.split_first()?;
        match after {
            [b'-', high, left @ ..] => {
                rest = left;
                Some((low, *high))
            }
            _ => {
                rest = after;
                Some((low, low))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_of_include_lines() {
        for (pattern, name, fits) in [
            ("*.conf", "a.conf", true),
            ("*.conf", "a.conf.rpmnew", false),
            ("a*b*c", "aXbYbZc", true),
            ("[a-c]?.conf", "b1.conf", true),
            ("[!a-c]*", "b1", false),
            ("[]x]*", "]1", true),
            ("[", "[", true),
            ("\\*", "*", true),
            ("", "", true),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), fits, "{pattern} {name}");
        }
    }
}
