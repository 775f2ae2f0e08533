//! Which of a package's files are installed (rpm `skipInstallFiles`; order of the rules as there).

use crate::formats::rpm::{FileEntry, flags};

/// State of a file of an installed package (`FILESTATES`, rpm `rpmfileState`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// Installed, ghost, or shared with another package.
    #[default]
    Normal = 0,
    /// Overwritten by another package.
    Replaced = 1,
    /// Left out: documentation or a language nobody asked for.
    NotInstalled = 2,
    /// On a path shared over the network.
    NetShared = 3,
    /// Gave way to the same path of the preferred ELF class.
    WrongColor = 4,
}

impl State {
    /// From a byte of `FILESTATES`; what is unknown counts as normal, as rpm treats it.
    pub fn from_byte(byte: u8) -> Self {
        match byte {
            1 => Self::Replaced,
            2 => Self::NotInstalled,
            3 => Self::NetShared,
            4 => Self::WrongColor,
            _ => Self::Normal,
        }
    }
}

/// What the image's configuration and the recipe leave out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Install `%doc` files (dnf: no `tsflags=nodocs`).
    pub docs: bool,
    /// Languages to install (`%_install_langs`); none means all.
    pub langs: Option<Vec<String>>,
    /// ELF classes that may be installed (`%_transaction_color`): 3 on all four architectures.
    pub color: u32,
    /// The class that wins a clash (`%_prefer_color`): 2, that is 64 bit.
    pub prefer_color: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self { docs: true, langs: None, color: 3, prefer_color: 2 }
    }
}

/// The state of each file before anything is looked up on disk.
pub fn select(files: &[FileEntry], policy: &Policy) -> Vec<State> {
    let mut states: Vec<State> = files.iter().map(|f| one(f, policy)).collect();
    skip_emptied_directories(files, &mut states);
    states
}

fn one(file: &FileEntry, policy: &Policy) -> State {
    if policy.color != 0 && file.color != 0 && policy.color & file.color == 0 {
        return State::WrongColor;
    }
    if file.flags & flags::LICENSE != 0 {
        return State::Normal;
    }
    if !wanted_language(&file.lang, policy.langs.as_deref()) {
        return State::NotInstalled;
    }
    if !policy.docs && file.flags & flags::DOC != 0 {
        return State::NotInstalled;
    }
    State::Normal
}

/// A file's language matches when it begins a configured one: `en` is taken for `en_US`, `en_US` is not for `en`.
fn wanted_language(file_langs: &str, configured: Option<&[String]>) -> bool {
    let Some(configured) = configured else { return true };
    file_langs.is_empty()
        || configured.iter().any(|c| c == "all")
        || file_langs.split('|').any(|lang| !lang.is_empty() && configured.iter().any(|c| c.starts_with(lang)))
}

/// A directory of the package all of whose packaged files were left out is left out too, from the leaves up.
fn skip_emptied_directories(files: &[FileEntry], states: &mut [State]) {
    let mut directories: Vec<usize> = (0..files.len()).filter(|&i| files[i].is_dir()).collect();
    directories.sort_by(|&a, &b| files[b].path.cmp(&files[a].path));
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by(|&a, &b| files[a].path.cmp(&files[b].path));
    for dir in directories {
        let prefix = [files[dir].path.as_slice(), b"/"].concat();
        let start = order.partition_point(|&i| files[i].path < prefix);
        let children = order[start..].iter().take_while(|&&i| files[i].path.starts_with(&prefix));
        let (mut kept, mut skipped) = (false, false);
        for &child in children {
            match states[child] {
                State::Normal => kept = true,
                _ => skipped = true,
            }
        }
        if skipped && !kept && files[dir].flags & flags::LICENSE == 0 {
            states[dir] = State::NotInstalled;
        }
    }
}
