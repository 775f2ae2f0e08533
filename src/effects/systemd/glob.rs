//! Shell patterns over the tree, and over names.

use crate::effects::process::Process;
pub(super) use crate::effects::wildcard::fits;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_in_alternatives() {
        assert_eq!(braces("/a{b,c{d,e}}f"), ["/abf", "/acdf", "/abf", "/acef"]);
    }
}
