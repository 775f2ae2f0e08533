//! Shell patterns over the tree, and over names.

use crate::effects::process::Process;

/// How many patterns braces may make.
const MOST: usize = 256;

/// The paths a pattern fits, in byte order; braces are alternatives. A name without a pattern in it fits where it is there.
pub(super) fn paths(process: &mut Process<'_, '_>, pattern: &str) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for pattern in braces(pattern) {
        let mut at: Vec<Vec<u8>> = vec![Vec::new()];
        for part in pattern.split('/').filter(|p| !p.is_empty()) {
            let mut next = Vec::new();
            for dir in at {
                step(process, &dir, part, &mut next);
            }
            at = next;
        }
        found.extend(at.into_iter().filter(|p| !p.is_empty()));
    }
    found
}

fn step(process: &mut Process<'_, '_>, dir: &[u8], part: &str, next: &mut Vec<Vec<u8>>) {
    let join = |name: &[u8]| [dir, b"/", name].concat();
    if !part.contains(['*', '?', '[']) {
        let path = join(part.as_bytes());
        if process.lstat(&path).is_ok() {
            next.push(path);
        }
        return;
    }
    let here: &[u8] = if dir.is_empty() { b"/" } else { dir };
    for name in process.read_dir(here).unwrap_or_default() {
        let hidden = name.starts_with(b".") && !part.starts_with('.');
        if !hidden && fits(part.as_bytes(), &name) {
            next.push(join(&name));
        }
    }
}

/// The alternatives of the braces in a pattern.
fn braces(pattern: &str) -> Vec<String> {
    let mut done = Vec::new();
    let mut ahead = vec![pattern.to_owned()];
    while let Some(pattern) = ahead.pop() {
        let group = pattern.find('{').and_then(|open| Some((open, open + pattern[open..].find('}')?)));
        match group {
            Some((open, close)) if done.len() + ahead.len() < MOST => {
                // The innermost group first, so that groups in groups come out right.
                let open = pattern[..close].rfind('{').unwrap_or(open);
                let alternatives = pattern[open + 1..close].split(',');
                let mut made: Vec<String> =
                    alternatives.map(|a| [&pattern[..open], a, &pattern[close + 1..]].concat()).collect();
                made.reverse();
                ahead.append(&mut made);
            }
            _ => done.push(pattern),
        }
    }
    done
}

/// Whether a name fits a pattern of `*`, `?`, `[…]` and `\`.
pub(super) fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    // Where the last star is, and how much of the name it has taken: a star is gone back to, never two.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        let step = match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
                continue;
            }
            Some(b'?') => Some(1),
            Some(b'[') => class(&pattern[p..], name[n]),
            Some(b'\\') if p + 1 < pattern.len() => (pattern[p + 1] == name[n]).then_some(2),
            Some(&b) => (b == name[n]).then_some(1),
            None => None,
        };
        match (step, star) {
            (Some(width), _) => {
                p += width;
                n += 1;
            }
            (None, Some((at, taken))) => {
                star = Some((at, taken + 1));
                (p, n) = (at + 1, taken + 1);
            }
            (None, None) => return false,
        }
    }
    pattern[p..].iter().all(|&b| b == b'*')
}

/// The width of a bracket expression that has the byte; one that is not closed is a plain bracket.
fn class(pattern: &[u8], byte: u8) -> Option<usize> {
    let negated = matches!(pattern.get(1), Some(b'!' | b'^'));
    let start = if negated { 2 } else { 1 };
    let Some(end) = pattern.iter().skip(start + 1).position(|&b| b == b']').map(|n| n + start + 1) else {
        return (byte == b'[').then_some(1);
    };
    let set = &pattern[start..end];
    let mut found = false;
    let mut at = 0;
    while at < set.len() {
        if at + 2 < set.len() && set[at + 1] == b'-' {
            found |= (set[at]..=set[at + 2]).contains(&byte);
            at += 3;
        } else {
            found |= set[at] == byte;
            at += 1;
        }
    }
    (found != negated).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, wanted) in [
            ("*", "x", true),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "aXbY", false),
            ("[a-c]?", "bz", true),
            ("[!a-c]", "b", false),
            ("systemd-*.service", "systemd-oomd.service", true),
            ("x\\*", "x*", true),
            ("[", "[", true),
            ("getty@tty[0-9]", "getty@tty1", true),
        ] {
            assert_eq!(fits(pattern.as_bytes(), name.as_bytes()), wanted, "{pattern} {name}");
        }
        assert_eq!(braces("/a{b,c{d,e}}f"), ["/abf", "/acdf", "/abf", "/acef"]);
    }
}
