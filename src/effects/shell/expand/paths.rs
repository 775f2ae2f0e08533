//! Globbing over the tree.

use super::pattern::{self, Pattern, Subject};
use crate::effects::shell::run::{Flow, Shell};

impl Shell<'_, '_, '_> {
    /// Names that a pattern matches, in byte order.
    pub(super) fn paths(&mut self, text: &[u8]) -> Result<Vec<Vec<u8>>, Flow> {
        let mut found: Vec<Vec<u8>> = vec![Vec::new()];
        let parts = components(text);
        for (i, part) in parts.iter().enumerate() {
            let is_last = i + 1 == parts.len();
            found = self.component(found, part, is_last)?;
            if found.is_empty() {
                break;
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    /// Every name in `prefixes`, one component further.
    fn component(&mut self, prefixes: Vec<Vec<u8>>, part: &Component, is_last: bool) -> Result<Vec<Vec<u8>>, Flow> {
        let mut out = Vec::new();
        for prefix in prefixes {
            self.steps(4)?;
            if !pattern::is_magic(&part.pattern) {
                let name = [&prefix[..], &pattern::unquote(&part.pattern), &part.slashes].concat();
                // Those in the middle show by what is below them.
                if !is_last || name.is_empty() || self.process.lstat(&name).is_ok() {
                    out.push(name);
                }
                continue;
            }
            let names = self.names(&prefix, part)?;
            for name in names {
                let name = [&prefix[..], &name, &part.slashes].concat();
                if part.slashes.is_empty() || self.process.stat(&name).is_ok_and(|s| s.is_directory()) {
                    out.push(name);
                }
            }
        }
        Ok(out)
    }

    /// Matching names in one directory.
    fn names(&mut self, directory: &[u8], part: &Component) -> Result<Vec<Vec<u8>>, Flow> {
        let options = &self.state.options.shopt;
        let dots = options.contains("dotglob");
        let matcher = Pattern::new(&part.pattern, options.contains("extglob")).folded(options.contains("nocaseglob"));
        let directory = if directory.is_empty() { b"." } else { directory };
        let mut names = Vec::new();
        for name in self.process.read_dir(directory).unwrap_or_default() {
            self.steps(4)?;
            if name.starts_with(b".") && !dots && !matcher.begins_with_dot() {
                continue;
            }
            let mut subject = Subject::new(&name);
            if matcher.matches(&mut subject) {
                names.push(name);
            }
            self.work(subject.work)?;
        }
        Ok(names)
    }
}

/// A name between slashes, and the slashes behind it.
struct Component {
    pattern: Vec<u8>,
    slashes: Vec<u8>,
}

fn components(text: &[u8]) -> Vec<Component> {
    let mut all: Vec<Component> = Vec::new();
    let (mut at, mut part) = (0, Component { pattern: Vec::new(), slashes: Vec::new() });
    while at < text.len() {
        // A slash may come quoted.
        let quoted = text[at] == b'\\' && text.get(at + 1) == Some(&b'/');
        if quoted || text[at] == b'/' {
            part.slashes.push(b'/');
            at += 1 + usize::from(quoted);
            continue;
        }
        if !part.slashes.is_empty() {
            all.push(std::mem::replace(&mut part, Component { pattern: Vec::new(), slashes: Vec::new() }));
        }
        let length = if text[at] == b'\\' { 2 } else { 1 };
        part.pattern.extend(&text[at..text.len().min(at + length)]);
        at += length;
    }
    all.push(part);
    all
}
