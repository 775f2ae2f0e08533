//! The programs scriptlets call, by name. Each is what its manual says, over the tree, as far as scriptlets use it.

mod files;
pub(in crate::effects) mod options;
mod text;

use super::{accounts, alternatives, authselect, caches, depmod, ldconfig, process::Command, shell, systemd, trust};

/// Commands with their names.
pub(super) type Table = &'static [(&'static str, Command)];

/// Every table; names are unique, which a test checks.
const TABLES: &[Table] = &[
    files::COMMANDS,
    text::COMMANDS,
    shell::COMMANDS,
    accounts::COMMANDS,
    alternatives::COMMANDS,
    authselect::COMMANDS,
    caches::COMMANDS,
    caches::WITHOUT_EFFECT,
    depmod::COMMANDS,
    ldconfig::COMMANDS,
    systemd::COMMANDS,
    trust::COMMANDS,
];

/// The command of that name.
pub(super) fn find(name: &[u8]) -> Option<Command> {
    TABLES.iter().flat_map(|t| t.iter()).find(|(known, _)| known.as_bytes() == name).map(|(_, command)| *command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_one_commands() {
        let mut names: Vec<_> = TABLES.iter().flat_map(|t| t.iter()).map(|(name, _)| name).collect();
        names.sort_unstable();
        assert_eq!(names.windows(2).find(|w| w[0] == w[1]), None);
    }
}
