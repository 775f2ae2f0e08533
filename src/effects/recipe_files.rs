//! The recipe's own files and trees.

use super::{EffectError, Stage, stage::file};
use crate::{
    rootfs::{Kind, Metadata, install::Accounts},
    terms::RootPath,
};

/// What a local file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LocalKind {
    /// A directory.
    Directory,
    /// A file's bytes.
    File(Vec<u8>),
    /// A symlink's target.
    Symlink(Vec<u8>),
}

/// A file, read by the caller, on its way into the image.
#[derive(Clone, Debug)]
pub struct LocalFile {
    /// Where it goes.
    pub path: RootPath,
    /// What it is.
    pub kind: LocalKind,
    /// Permission bits (07777).
    pub mode: u16,
    /// Owner by name or number.
    pub user: String,
    /// Group by name or number.
    pub group: String,
}

impl Stage<'_> {
    /// Puts the files, in order; a directory that is there keeps its metadata.
    pub fn put_files(&mut self, files: Vec<LocalFile>) -> Result<(), EffectError> {
        let accounts = self.accounts()?;
        for local in files {
            let owner = |name: &str, known: Option<u32>| {
                known
                    .or_else(|| name.parse().ok())
                    .ok_or_else(|| EffectError::UnknownOwner { path: local.path.clone(), owner: name.to_owned() })
            };
            let metadata = Metadata {
                mode: local.mode,
                uid: owner(&local.user, accounts.uid(&local.user))?,
                gid: owner(&local.group, accounts.gid(&local.group))?,
                mtime: self.now(),
                xattrs: None,
            };
            match local.kind {
                LocalKind::Directory if self.is_directory(&local.path)? => {}
                LocalKind::Directory => drop(self.put(&local.path, Kind::Directory, metadata)?),
                LocalKind::File(bytes) => drop(self.put(&local.path, file(bytes), metadata)?),
                LocalKind::Symlink(target) => {
                    self.put(&local.path, Kind::Symlink(target), Metadata { mode: 0o777, ..metadata })?;
                }
            }
        }
        Ok(())
    }

    /// The image's accounts as they are now.
    pub fn accounts(&self) -> Result<Accounts, EffectError> {
        let read = |name: &str| self.read(&RootPath::new(name).expect("a valid path")).map(Option::unwrap_or_default);
        Ok(Accounts::parse(&read("etc/passwd")?, &read("etc/group")?))
    }

    fn is_directory(&self, path: &RootPath) -> Result<bool, EffectError> {
        let at = self.fs.follow(path).map_err(|source| EffectError::Place { path: path.clone(), source })?;
        Ok(self.fs.get(&at.path).is_some_and(|n| n.is_directory()))
    }
}
