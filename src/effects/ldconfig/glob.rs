//! `glob(3)` for `include`: names in byte order, hidden ones only where the pattern says the dot.

use super::root::Root;
use crate::{
    effects::{process::Process, wildcard},
    rootfs::Node,
};

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
            let fits = |name: &&Vec<u8>| (hidden || !name.starts_with(b".")) && wildcard::fits(part, name);
            next.extend(names.iter().filter(fits).map(|name| join(name)));
        }
        found = next;
    }
    found.retain(|name| root.walk(process.stage.fs, name, false).is_some_and(|(_, exists)| exists));
    found.sort();
    found
}
