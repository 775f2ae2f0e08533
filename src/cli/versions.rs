//! Versions that differ between architectures, in words.

use crate::solve::{Apart, Refused};

/// Packages told of at most.
const MAX: usize = 40;

/// A line for each package, nothing where none differs.
pub(super) fn told(differences: &[Apart], refused: &[Refused]) -> String {
    if differences.is_empty() {
        return String::new();
    }
    let mut text = String::from("versions differ between architectures:\n");
    for apart in differences.iter().take(MAX) {
        let each = apart.versions.iter().map(|(arch, versions)| format!("{arch} {}", versions.join(" ")));
        let why = match refused.iter().find(|r| r.name == apart.name) {
            Some(Refused { exists: true, .. }) => " (a common version does not fit the rest)",
            Some(Refused { exists: false, .. }) => " (there is no common version)",
            None => "",
        };
        text += &format!("  {}: {}{why}\n", apart.name, each.collect::<Vec<_>>().join(", "));
    }
    if let Some(more @ 1..) = differences.len().checked_sub(MAX) {
        text += &format!("  and {more} more\n");
    }
    text
}
