//! Many versions in few words: `4.18.0-305.{3,7,10}.1.el8_4`, or how many there are.

/// More versions than this are counted, not listed.
const LISTED: usize = 4;

/// Versions, oldest first, in one expression. What they have in common is written once.
pub(super) fn versions(all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [first, .., last] if all.len() > LISTED => format!("{} versions, {first} to {last}", all.len()),
        _ => braces(all),
    }
}

/// `name-VERSIONS.arch`, with what is common outside of braces.
pub(super) fn packages(name: &str, versions: &[String], arch: &str) -> String {
    match versions {
        [] => format!("{name}.{arch}"),
        [one] => format!("{name}-{one}.{arch}"),
        [first, .., last] if versions.len() > LISTED => {
            format!("{} versions of {name}.{arch}, {first} to {last}", versions.len())
        }
        _ => format!("{name}-{}.{arch}", braces(versions)),
    }
}

fn braces(all: &[String]) -> String {
    let first = all.first().map_or("", String::as_str);
    let common = |a: &mut dyn Iterator<Item = (char, char)>| a.take_while(|(x, y)| x == y).count();
    let mut head = all.iter().map(|v| common(&mut v.chars().zip(first.chars()))).min().unwrap_or_default();
    let chars: Vec<char> = first.chars().collect();
    // Numbers stay whole: what is common ends behind a separator, and begins again with one.
    while head > 0 && !is_separator(chars[head - 1]) {
        head -= 1;
    }
    let shortest = all.iter().map(|v| v.chars().count()).min().unwrap_or_default();
    let mut tail = all.iter().map(|v| common(&mut v.chars().rev().zip(first.chars().rev()))).min().unwrap_or_default();
    tail = tail.min(shortest.saturating_sub(head));
    while tail > 0 && !is_separator(chars[chars.len() - tail]) {
        tail -= 1;
    }
    let middle = |v: &String| {
        let v: Vec<char> = v.chars().collect();
        v[head..v.len() - tail].iter().collect::<String>()
    };
    let before: String = chars[..head].iter().collect();
    let after: String = chars[chars.len() - tail..].iter().collect();
    format!("{before}{{{}}}{after}", all.iter().map(middle).collect::<Vec<_>>().join(","))
}

fn is_separator(c: char) -> bool {
    ".-_~^+:".contains(c)
}
