//! Names of files as text: their last part, what is before it, and how messages quote them.

/// A name for a message.
pub(super) fn quoted(name: &[u8]) -> String {
    format!("'{}'", String::from_utf8_lossy(name))
}

/// Without the slashes at its end; a name of slashes only is `/`.
pub(super) fn trimmed(name: &[u8]) -> &[u8] {
    let end = name.iter().rposition(|&b| b != b'/').map_or(name.len().min(1), |at| at + 1);
    &name[..end]
}

/// `basename`: the last part.
pub(super) fn last(name: &[u8]) -> &[u8] {
    let name = trimmed(name);
    match name.iter().rposition(|&b| b == b'/') {
        Some(at) if name.len() > 1 => &name[at + 1..],
        _ => name,
    }
}

/// `dirname`: what is before the last part; `.` where there is nothing.
pub(super) fn before(name: &[u8]) -> &[u8] {
    let name = trimmed(name);
    match name.iter().rposition(|&b| b == b'/') {
        None => b".",
        Some(at) => trimmed(&name[..at.max(1)]),
    }
}

/// A name in a directory.
pub(super) fn join(dir: &[u8], name: &[u8]) -> Vec<u8> {
    let slash: &[u8] = if dir.is_empty() || dir.ends_with(b"/") { b"" } else { b"/" };
    [dir, slash, name].concat()
}

/// A number as most options take it.
pub(super) fn number<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// A number with a unit behind it: `10`, `4k`, `1M`, `2GiB`, `3kB`.
pub(super) fn size(text: &[u8]) -> Option<u64> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let (count, unit) = text.split_at(digits);
    let base: u64 = if unit.len() == 2 && unit.ends_with(b"B") { 1000 } else { 1024 };
    let power = match unit {
        b"" | b"c" => 0,
        b"w" => return number::<u64>(count)?.checked_mul(2),
        b"b" => return number::<u64>(count)?.checked_mul(512),
        b"K" | b"k" | b"KiB" | b"kB" | b"KB" => 1,
        b"M" | b"MiB" | b"MB" => 2,
        b"G" | b"GiB" | b"GB" => 3,
        b"T" | b"TiB" | b"TB" => 4,
        _ => return None,
    };
    let count = if count.is_empty() { 1 } else { number(count)? };
    base.pow(power).checked_mul(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        for (name, dir, base) in [
            ("/a/b", "/a", "b"),
            ("a/b//", "a", "b"),
            ("/a", "/", "a"),
            ("///", "/", "/"),
            ("a", ".", "a"),
            ("a//b", "a", "b"),
            ("", ".", ""),
        ] {
            assert_eq!(before(name.as_bytes()), dir.as_bytes(), "{name}");
            assert_eq!(last(name.as_bytes()), base.as_bytes(), "{name}");
        }
    }

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in [("10", 10), ("4k", 4096), ("3kB", 3000), ("1MiB", 1 << 20), ("2b", 1024), ("M", 1 << 20)]
        {
            assert_eq!(size(text.as_bytes()), Some(bytes), "{text}");
        }
        assert_eq!(size(b"1x"), None);
    }
}
