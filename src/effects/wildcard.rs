//! `fnmatch(3)` within a name, with `*`, `?`, `[…]` and `\\`: what `include` lines and unit files mean by a pattern.

/// Whether a name fits a pattern. The time is the product of their lengths at most.
pub(super) fn fits(pattern: &[u8], name: &[u8]) -> bool {
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
    use super::fits;

    #[test]
    fn patterns() {
        for (pattern, name, wanted) in [
            ("*.conf", "a.conf", true),
            ("*.conf", "a.conf.rpmnew", false),
            ("a*b*c", "aXbYbZc", true),
            ("[a-c]?.conf", "b1.conf", true),
            ("[!a-c]*", "b1", false),
            ("[]x]*", "]1", true),
            ("[", "[", true),
            ("\\*", "*", true),
            ("systemd-*.service", "systemd-oomd.service", true),
            ("getty@tty[0-9]", "getty@tty1", true),
            ("", "", true),
        ] {
            assert_eq!(fits(pattern.as_bytes(), name.as_bytes()), wanted, "{pattern} {name}");
        }
    }
}
