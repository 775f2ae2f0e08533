//! Owners' names to numbers, by the image's own `/etc/passwd` and `/etc/group`.

use std::collections::HashMap;

use super::{ContentsDebug, InstallError};
use crate::{
    rootfs::{Kind, LeafId, Rootfs},
    terms::RootPath,
};

/// Account files are read up to this size.
const LIMIT: u64 = 16 << 20;

/// Names and numbers of an image. `root` is always there, as rpm has it hard-wired.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    users: HashMap<String, u32>,
    groups: HashMap<String, u32>,
}

impl Accounts {
    /// From the texts of `passwd(5)` and `group(5)`; lines that do not parse are passed over, the first of a name counts.
    pub fn parse(passwd: &[u8], group: &[u8]) -> Self {
        Self { users: third_field(passwd), groups: third_field(group) }
    }

    /// A user's number.
    pub fn uid(&self, name: &str) -> Option<u32> {
        if name == "root" { Some(0) } else { self.users.get(name).copied() }
    }

    /// A group's number.
    pub fn gid(&self, name: &str) -> Option<u32> {
        if name == "root" { Some(0) } else { self.groups.get(name).copied() }
    }
}

fn third_field(text: &[u8]) -> HashMap<String, u32> {
    let mut out = HashMap::new();
    for line in String::from_utf8_lossy(text).lines() {
        let mut fields = line.split(':');
        if let (Some(name), Some(_), Some(Ok(id))) = (fields.next(), fields.next(), fields.next().map(str::parse)) {
            out.entry(name.to_owned()).or_insert(id);
        }
    }
    out
}

/// The accounts, read again only when one of the two files became another leaf.
#[derive(Debug, Default)]
pub(super) struct Cached {
    of: Option<[Option<LeafId>; 2]>,
    accounts: Accounts,
}

impl Cached {
    pub(super) fn get(&mut self, fs: &Rootfs, contents: &dyn ContentsDebug) -> Result<&Accounts, InstallError> {
        let paths = ["etc/passwd", "etc/group"].map(|p| RootPath::new(p).expect("a valid path"));
        let leaves = paths.each_ref().map(|p| fs.leaf(p));
        if self.of != Some(leaves) {
            let mut texts = [Vec::new(), Vec::new()];
            for (path, text) in paths.iter().zip(&mut texts) {
                if let Some(Kind::File { content, .. }) = fs.get(path).map(|n| &n.kind) {
                    *text = contents
                        .read(content, LIMIT)
                        .map_err(|source| InstallError::Content { path: path.clone(), source })?;
                }
            }
            self.accounts = Accounts::parse(&texts[0], &texts[1]);
            self.of = Some(leaves);
        }
        Ok(&self.accounts)
    }
}
