//! Puts one package's files into the tree (rpm `rpmPackageFilesInstall`): directories in the order of the payload, everything
//! else under a name of its own first, and at its place when the whole payload is there.

use std::{collections::BTreeMap, sync::Arc};

use super::{InstallError, Transaction, fate::Action, metadata::kind};
use crate::{
    formats::rpm::{FileEntry, link_sets},
    rootfs::{Kind, Metadata, Node, Origin, PackageId, Rootfs, TreeError},
    terms::RootPath,
};

/// What waits to be put at its place.
struct Staged {
    path: RootPath,
    node: Node,
}

impl Transaction<'_> {
    pub(super) fn place(&mut self, fs: &mut Rootfs, id: PackageId) -> Result<(), InstallError> {
        let files = Arc::clone(&self.plan.elements[id.0 as usize].files);
        let sets = link_sets(&files);
        let mut staged: BTreeMap<usize, Staged> = BTreeMap::new();
        // Names of hard-linked files come last in a payload.
        let (single, linked): (Vec<usize>, Vec<usize>) = (0..files.len()).partition(|index| !sets.contains_key(index));
        for index in single.into_iter().chain(linked) {
            // The content of a set stands with its last member.
            let carrier = sets.get(&index).and_then(|set| set.last().copied()).unwrap_or(index);
            if let Some(one) = self.unpack(fs, id, (index, carrier), &files[index])? {
                staged.insert(index, one);
            }
        }
        for set in sets.iter().filter(|(index, set)| **index == set[0]).map(|(_, set)| set) {
            let last = &files[set[set.len() - 1]];
            let of_last = set.last().and_then(|last| staged.get(last)).map(|s| s.node.metadata.clone());
            for member in set.iter() {
                let Some(one) = staged.get_mut(member) else { continue };
                match &of_last {
                    Some(metadata) => one.node.metadata.clone_from(metadata),
                    None => one.node.metadata.mtime = i64::from(last.mtime),
                }
            }
        }
        let mut placed: BTreeMap<usize, RootPath> = BTreeMap::new();
        for (index, one) in staged {
            let first = sets.get(&index).map(|set| set[0]);
            let target = first.and_then(|first| placed.get(&first)).cloned();
            let at = self.commit(fs, id, index, one, target.as_ref())?;
            if let Some(first) = first {
                placed.entry(first).or_insert(at);
            }
        }
        Ok(())
    }

    /// The first half for one file: what is left to do for the second.
    fn unpack(
        &mut self,
        fs: &mut Rootfs,
        id: PackageId,
        (index, carrier): (usize, usize),
        file: &FileEntry,
    ) -> Result<Option<Staged>, InstallError> {
        let action = self.plan.elements[id.0 as usize].actions[index];
        if file.is_ghost() || action.skips() {
            return Ok(None);
        }
        let path = self.resolved(fs, id, file)?;
        let node = Node {
            kind: kind(id, carrier, file),
            metadata: self.metadata(id, file, &path)?,
            origin: Origin::Package(id),
        };
        let unowned = Metadata::of_root(0o755, i64::from(self.epoch.seconds()));
        fs.parents(&path, &unowned, Origin::Package(id)).map_err(|source| self.tree_error(id, source))?;
        if node.is_directory() {
            if let Some(suffix) = backup_suffix(action) {
                self.move_aside(fs, &path, suffix);
            }
            self.place_directory(fs, id, path, node)?;
            return Ok(None);
        }
        if action == Action::Touch
            && let Some(there) = fs.get_mut(&path)
        {
            there.metadata = node.metadata;
            return Ok(None);
        }
        Ok(Some(Staged { path, node }))
    }

    /// The second half: where the file went.
    fn commit(
        &mut self,
        fs: &mut Rootfs,
        id: PackageId,
        index: usize,
        Staged { path, node }: Staged,
        linked_to: Option<&RootPath>,
    ) -> Result<RootPath, InstallError> {
        let action = self.plan.elements[id.0 as usize].actions[index];
        if let Some(suffix) = backup_suffix(action) {
            self.move_aside(fs, &path, suffix);
        }
        let to = match action {
            Action::AltName => {
                let to = suffixed(&path, b".rpmnew");
                self.warnings.push(format!("{path} created as {to}"));
                to
            }
            _ => path,
        };
        if fs.get(&to).is_some_and(Node::is_directory) {
            let package = self.plan.elements[id.0 as usize].nevra.clone();
            return Err(InstallError::DirectoryInTheWay { package, path: to });
        }
        match linked_to {
            Some(target) => fs.link(to.clone(), target).map_err(|source| self.tree_error(id, source))?,
            None => drop(fs.insert(to.clone(), node)),
        }
        Ok(to)
    }

    fn tree_error(&self, id: PackageId, source: TreeError) -> InstallError {
        InstallError::Tree { package: self.plan.elements[id.0 as usize].nevra.clone(), source }
    }

    /// Where a file goes. Of links on the way only those are followed that root made, or whoever owns what they lead to.
    fn resolved(&self, fs: &Rootfs, id: PackageId, file: &FileEntry) -> Result<RootPath, InstallError> {
        let package = || self.plan.elements[id.0 as usize].nevra.clone();
        let path = RootPath::new(&file.path).map_err(|source| InstallError::Name { package: package(), source })?;
        let resolved = fs.resolve_inside(&path).map_err(|source| self.tree_error(id, source))?.path;
        if resolved == path {
            return Ok(resolved);
        }
        let mut at = RootPath::root();
        for part in path.parent().unwrap_or_default().components() {
            let link = at.join(part);
            let target = fs.follow(&link).map_err(|source| self.tree_error(id, source))?;
            if !target.exists && fs.get(&link).is_some() {
                let blocker = link;
                return Err(self.tree_error(id, TreeError::NotADirectory { path, blocker }));
            }
            at = target.path;
            if !may_follow(fs, &link, &at) {
                return Err(InstallError::StrangersLink { package: package(), path, link });
            }
        }
        Ok(resolved)
    }

    /// A directory: metadata over one that is there, also behind a link that may be followed; anything else gives way to it.
    fn place_directory(
        &self,
        fs: &mut Rootfs,
        id: PackageId,
        path: RootPath,
        mut node: Node,
    ) -> Result<(), InstallError> {
        let mut at = path;
        if matches!(fs.get(&at), Some(Node { kind: Kind::Symlink(_), .. })) {
            let target = fs.follow(&at).map_err(|source| self.tree_error(id, source))?.path;
            if fs.get(&target).is_some_and(Node::is_directory) && may_follow(fs, &at, &target) {
                at = target;
            }
        }
        if let Some(there) = fs.get(&at).filter(|there| there.is_directory()) {
            node.metadata.xattrs.clone_from(&there.metadata.xattrs);
        }
        fs.insert(at, node);
        Ok(())
    }

    fn move_aside(&mut self, fs: &mut Rootfs, path: &RootPath, suffix: &[u8]) {
        let to = suffixed(path, suffix);
        if rename(fs, path, &to) {
            self.warnings.push(format!("{path} saved as {to}"));
        }
    }
}

fn backup_suffix(action: Action) -> Option<&'static [u8]> {
    match action {
        Action::Save => Some(b".rpmsave"),
        Action::Backup => Some(b".rpmorig"),
        _ => None,
    }
}

/// The path with something after its name.
pub(super) fn suffixed(path: &RootPath, suffix: &[u8]) -> RootPath {
    RootPath::new([path.as_bytes(), suffix].concat()).unwrap_or_else(|_| path.clone())
}

/// Renames as the kernel does: not over a directory. False if nothing was.
pub(super) fn rename(fs: &mut Rootfs, from: &RootPath, to: &RootPath) -> bool {
    from != to && !fs.get(to).is_some_and(Node::is_directory) && fs.rename(from, to)
}

/// Whether a link is root's or belongs to whoever owns what it leads to (rpm `fsmOpenat`). What is no link may be.
fn may_follow(fs: &Rootfs, link: &RootPath, target: &RootPath) -> bool {
    match fs.get(link) {
        Some(Node { kind: Kind::Symlink(_), metadata, .. }) => {
            metadata.uid == 0 || fs.get(target).is_some_and(|there| there.metadata.uid == metadata.uid)
        }
        _ => true,
    }
}
