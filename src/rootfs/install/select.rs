//! Which of a package's files are installed (rpm `skipInstallFiles`; order of the rules as there).

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
};

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
    /// Paths that are shared over the network and left alone (`%_netsharedpath`).
    pub net_shared: Vec<String>,
    /// ELF classes that may be installed (`%_transaction_color`): 3 on all four architectures.
    pub color: u32,
    /// The class that wins a clash (`%_prefer_color`): 2, that is 64 bit.
    pub prefer_color: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self { docs: true, langs: None, net_shared: Vec::new(), color: 3, prefer_color: 2 }
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
    if policy.is_net_shared(&file.path) {
        return State::NetShared;
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

impl Policy {
    /// Whether a path is one of those shared over the network, or below one (rpm `matchNetsharedpath`).
    pub(super) fn is_net_shared(&self, path: &[u8]) -> bool {
        let below = |shared: &String| {
            let rest = path.strip_prefix(shared.trim_end_matches('/').as_bytes());
            !shared.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
        };
        self.net_shared.iter().any(below)
    }
}

/// A file's language matches when it begins a configured one: `en` is taken for `en_US`, `en_US` is not for `en`.
fn wanted_language(file_langs: &str, configured: Option<&[String]>) -> bool {
    let Some(configured) = configured else { return true };
    file_langs.is_empty()
        || configured.iter().any(|c| c == "all")
        || file_langs.split('|').any(|lang| !lang.is_empty() && configured.iter().any(|c| c.starts_with(lang)))
}

/// A directory of the package is left out if all packaged files directly in it were, and there were some; from the leaves up,
/// a directory left out counting as a file left out of the one it is in.
fn skip_emptied_directories(files: &[FileEntry], states: &mut [State]) {
    let mut own: HashMap<&[u8], usize> = HashMap::new();
    for (index, file) in files.iter().enumerate().filter(|(_, f)| f.is_dir()) {
        own.entry(&file.path).or_insert(index);
    }
    // Directories that hold files, the last first, with how many of them are left and whether any was left out.
    let mut holders: BTreeMap<Reverse<&[u8]>, (usize, bool)> = BTreeMap::new();
    for (file, state) in files.iter().zip(states.iter()) {
        let holder = holders.entry(Reverse(directory(&file.path))).or_default();
        holder.0 += usize::from(*state == State::Normal);
        holder.1 |= *state != State::Normal;
    }
    let order: Vec<&[u8]> = holders.keys().map(|name| name.0).collect();
    for name in order {
        let emptied = holders.get(&Reverse(name)).is_some_and(|(left, some_out)| *left == 0 && *some_out);
        let Some(&index) = own.get(name).filter(|index| emptied && states[**index] == State::Normal) else { continue };
        states[index] = State::NotInstalled;
        if let Some(parent) = holders.get_mut(&Reverse(directory(name))) {
            parent.0 -= 1;
            parent.1 = true;
        }
    }
}

fn directory(path: &[u8]) -> &[u8] {
    &path[..path.iter().rposition(|&b| b == b'/').unwrap_or(0)]
}
