//! Owners' names to numbers, by the image's own `/etc/passwd` and `/etc/group`.

use std::collections::HashMap;

use super::InstallError;
use crate::{
    rootfs::{Content, Contents, Kind, Rootfs},
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

/// The accounts, read again only when one of the two files became another. It holds what it read, so that a program that
/// writes into one of them in place makes a copy rather than changing what this compares with.
#[derive(Debug, Default)]
pub(super) struct Cached {
    of: Option<[Option<Content>; 2]>,
    accounts: Accounts,
}

impl Cached {
    /// Looks at the tree: before each package, since scriptlets ran since the last.
    pub(super) fn refresh(&mut self, fs: &Rootfs, contents: &dyn Contents) -> Result<(), InstallError> {
        let paths = ["etc/passwd", "etc/group"].map(|p| RootPath::new(p).expect("a valid path"));
        let found = paths.each_ref().map(|p| match &fs.get(&fs.follow(p).ok()?.path)?.kind {
            Kind::File { content, .. } => Some(content.clone()),
            _ => None,
        });
        if self.of.as_ref() == Some(&found) {
            return Ok(());
        }
        let mut texts = [Vec::new(), Vec::new()];
        for ((path, content), text) in paths.iter().zip(&found).zip(&mut texts) {
            if let Some(content) = content {
                *text = contents
                    .read(content, LIMIT)
                    .map_err(|source| InstallError::Content { path: path.clone(), source })?;
            }
        }
        self.accounts = Accounts::parse(&texts[0], &texts[1]);
        self.of = Some(found);
        Ok(())
    }

    /// As of the last look.
    pub(super) fn get(&self) -> &Accounts {
        &self.accounts
    }
}
