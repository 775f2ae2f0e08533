//! Modes as rpm's `posix` table reads and writes them (rpm `rpmio/modemuncher.c`): its own small language, not `chmod`'s.

/// `rwxr-xr-x`, with `s` or `S` for the set-id bits.
pub(super) fn written(mode: u32) -> String {
    let mut out: Vec<u8> = (0..9).map(|i| if mode & (0o400 >> i) == 0 { b'-' } else { b"rwx"[i % 3] }).collect();
    for (bit, execute, at) in [(0o4000, 0o100, 2), (0o2000, 0o010, 5)] {
        if mode & bit != 0 {
            out[at] = if mode & execute == 0 { b'S' } else { b's' };
        }
    }
    String::from_utf8(out).expect("ASCII was put in")
}

/// `mode` changed as `text` says: `rwxr-xr-x`, `0755`, or `ugoa+-=rwxs` parted by commas. None where it says nothing.
pub(super) fn changed(mode: u32, text: &[u8]) -> Option<u32> {
    match text.first() {
        Some(b'r' | b'-') => nine(mode, text),
        Some(b'0'..=b'7') => {
            let octal = text.iter().all(|b| (b'0'..=b'7').contains(b)) && text.len() < 12;
            octal.then(|| u32::from_str_radix(std::str::from_utf8(text).ok()?, 8).ok()).flatten()
        }
        _ => {
            let mut rest = text;
            let mut mode = mode;
            loop {
                let more = clause(&mut mode, &mut rest)?;
                if !more {
                    return Some(mode);
                }
                // Any clause but the first may be of the other forms, which end it.
                if matches!(rest.first(), Some(b'r' | b'-' | b'0'..=b'7')) {
                    return changed(mode, rest);
                }
            }
        }
    }
}

fn nine(mode: u32, text: &[u8]) -> Option<u32> {
    let mut mode = mode & !0o6000;
    for (i, &b) in text.iter().take(9).enumerate() {
        let bit = 0o400 >> i;
        match b {
            b'-' => mode &= !bit,
            b's' if i == 2 => mode |= 0o4100,
            b's' if i == 5 => mode |= 0o2010,
            b's' => return None,
            b if b == b"rwx"[i % 3] => mode |= bit,
            _ => {}
        }
    }
    Some(mode)
}

/// One clause; true where another follows.
fn clause(mode: &mut u32, text: &mut &[u8]) -> Option<bool> {
    let mut next = || {
        let (&first, rest) = text.split_first()?;
        *text = rest;
        Some(first)
    };
    let mut who = 0;
    let operator = loop {
        match next()? {
            b'u' => who |= 0o4700,
            b'g' => who |= 0o2070,
            b'o' => who |= 0o1007,
            b'a' => who |= 0o7777,
            b' ' => {}
            b @ (b'+' | b'-' | b'=') => break b,
            _ => return None,
        }
    };
    let who = if who == 0 { 0o7777 } else { who };
    let mut bits = 0;
    let more = loop {
        match next() {
            Some(b'r') => bits |= 0o444,
            Some(b'w') => bits |= 0o222,
            Some(b'x') => bits |= 0o111,
            Some(b's') => bits |= 0o6000,
            Some(b' ') => {}
            Some(b',') => break true,
            None => break false,
            Some(_) => return None,
        }
    };
    // `o=` without bits changes nothing there, unlike chmod.
    if bits != 0 {
        match operator {
            b'+' => *mode |= bits & who,
            b'-' => *mode &= !(bits & who),
            _ => *mode = bits & who,
        }
    }
    Some(more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_rpms_own_language() {
        for (before, text, after) in [
            (0o100_644, "755", Some(0o755)),
            (0o644, "rwxr-xr-x", Some(0o755)),
            (0o4755, "rwxr-xr-x", Some(0o755)),
            (0o755, "rwsr-sr-x", Some(0o6755)),
            (0o644, "u+x", Some(0o744)),
            (0o644, "+x", Some(0o755)),
            (0o666, "go-w", Some(0o644)),
            (0o644, "u+x,g+x", Some(0o754)),
            (0o755, "a=r", Some(0o444)),
            (0o755, "o=", Some(0o755)),
            (0o755, "u+s", Some(0o4755)),
            (0o755, "z", None),
            (0o755, "u+q", None),
            (0o755, "99", None),
            (0o755, "", None),
        ] {
            assert_eq!(changed(before, text.as_bytes()), after, "{text}");
        }
        assert_eq!(written(0o4755), "rwsr-xr-x");
        assert_eq!(written(0o2644), "rw-r-Sr--");
    }
}
