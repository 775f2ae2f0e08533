//! Puts one package's files into the tree.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Conflict, InstallError, Owner, State, Transaction, capability_xattr,
    fate::{self, Fate, Sameness},
};
use crate::{
    formats::rpm::{FileEntry, flags, link_sets},
    rootfs::{Content, Kind, Metadata, Node, Origin, PackageId, Rootfs, Special, TreeError},
    terms::{Algorithm, ChecksumHasher, Nevra, RootPath},
};

/// Config files are compared up to this size; a larger one counts as changed.
const CONFIG_LIMIT: u64 = 64 << 20;

impl Transaction<'_> {
    pub(super) fn place(&mut self, fs: &mut Rootfs, id: PackageId) -> Result<(), InstallError> {
        let files = Arc::clone(&self.new[id.0 as usize].files);
        let sets = link_sets(&files);
        // Where the first installed name of each hardlink set went.
        let mut placed: BTreeMap<usize, RootPath> = BTreeMap::new();
        for (index, file) in files.iter().enumerate() {
            if self.new[id.0 as usize].states[index] != State::Normal {
                continue;
            }
            let path = self.resolved(fs, id, file)?;
            self.ownership.add(path.clone(), Owner::New(id, index as u32));
            let shared = self.is_shared(id, file, &path);
            let take = self.may_take(id, index, file, &path) && !shared;
            self.kept[id.0 as usize][index] = !take;
            if file.is_ghost() || !take {
                continue;
            }
            let set = sets.get(&index);
            let first = set.and_then(|set| placed.get(&set[0])).cloned();
            // The content of a set stands with its last member in the payload.
            let carrier = set.and_then(|set| set.last().copied()).unwrap_or(index);
            let at = self.place_file(fs, id, carrier, file, path, first.as_ref())?;
            if at.is_none() {
                self.kept[id.0 as usize][index] = true;
            }
            if let (Some(set), Some(at), None) = (set, at, first) {
                placed.insert(set[0], at);
            }
        }
        Ok(())
    }

    fn resolved(&self, fs: &Rootfs, id: PackageId, file: &FileEntry) -> Result<RootPath, InstallError> {
        let package = || self.nevra(id);
        let path = RootPath::new(&file.path).map_err(|source| InstallError::Name { package: package(), source })?;
        match fs.resolve_inside(&path) {
            Ok(resolution) => Ok(resolution.path),
            Err(source) => Err(InstallError::Tree { package: package(), source }),
        }
    }

    fn nevra(&self, id: PackageId) -> Nevra {
        self.new[id.0 as usize].nevra.clone()
    }

    /// Whether rpm passes over the path because a package of the transaction put the same there: the last that has it, unless
    /// that one was itself passed over (`handleOverlappedFiles`), so that of three the first and the third are written.
    fn is_shared(&self, id: PackageId, file: &FileEntry, path: &RootPath) -> bool {
        let mut earlier = self.ownership.owners(path).iter().rev().filter_map(|&owner| match owner {
            Owner::New(p, f) if p != id => Some((p.0 as usize, f as usize, self.ownership.file(&self.new, owner))),
            _ => None,
        });
        let last = earlier.find(|(.., (_, state, _))| *state == State::Normal);
        last.is_some_and(|(p, f, (theirs, ..))| {
            !self.kept[p][f] && !theirs.is_ghost() && fate::compatible(file, theirs)
        })
    }

    /// Settles the path with its other owners: false where it was placed already or belongs to the other ELF class.
    fn may_take(&mut self, id: PackageId, index: usize, file: &FileEntry, path: &RootPath) -> bool {
        let others: Vec<Owner> = self.ownership.owners(path).to_vec();
        let mut take = true;
        for owner in others {
            match owner {
                Owner::New(p, f) if p == id && f as usize == index => continue,
                Owner::Installed(p, _) if self.ownership.leaves(p) => continue,
                _ => {}
            }
            let (theirs, state, other) = self.ownership.file(&self.new, owner);
            if state != State::Normal {
                continue;
            }
            if fate::compatible(file, theirs) {
                continue;
            }
            if file.color != 0 && theirs.color != 0 && file.color != theirs.color {
                take &= self.settle_colors(id, index, file.color, owner);
            } else {
                let conflict = Conflict { path: path.clone(), package: self.nevra(id), other: other.clone() };
                self.conflicts.push(conflict);
                take = false;
            }
        }
        take
    }

    /// Two ELF classes at one path: the preferred one stays, the other is marked (rpm `FA_SKIPCOLOR`).
    fn settle_colors(&mut self, id: PackageId, index: usize, color: u32, owner: Owner) -> bool {
        if color != self.policy.prefer_color {
            self.new[id.0 as usize].states[index] = State::WrongColor;
            return false;
        }
        match owner {
            Owner::Installed(p, f) => self.ownership.restate(p, f, State::WrongColor),
            Owner::New(p, f) => self.new[p.0 as usize].states[f as usize] = State::WrongColor,
        }
        true
    }

    /// Places one file; the path it went to, none where something else was kept.
    fn place_file(
        &mut self,
        fs: &mut Rootfs,
        id: PackageId,
        carrier: usize,
        file: &FileEntry,
        path: RootPath,
        linked_to: Option<&RootPath>,
    ) -> Result<Option<RootPath>, InstallError> {
        let node = Node {
            kind: kind(id, carrier, file),
            metadata: self.metadata(id, file, &path)?,
            origin: Origin::Package(id),
        };
        let unowned = Metadata::of_root(0o755, i64::from(self.epoch.seconds()));
        let tree = |package: Nevra| move |source: TreeError| InstallError::Tree { package, source };
        fs.parents(&path, &unowned, Origin::Package(id)).map_err(tree(self.nevra(id)))?;
        if node.is_directory() {
            return self.place_directory(fs, id, path, node).map(Some);
        }
        let path = match fs.get(&path).map(Node::is_directory) {
            Some(true) => return Err(InstallError::DirectoryInTheWay { package: self.nevra(id), path }),
            Some(false) => match self.settle_existing(fs, file, &path, &node)? {
                Some(path) => path,
                None => return Ok(None),
            },
            None => path,
        };
        match linked_to {
            Some(target) => fs.link(path.clone(), target).map_err(tree(self.nevra(id)))?,
            None => {
                fs.insert(path.clone(), node);
            }
        }
        Ok(Some(path))
    }

    /// A directory: metadata over one that is there, also behind a symlink root made; anything else gives way to it.
    fn place_directory(
        &self,
        fs: &mut Rootfs,
        id: PackageId,
        path: RootPath,
        node: Node,
    ) -> Result<RootPath, InstallError> {
        let link_owner = match fs.get(&path) {
            Some(Node { kind: Kind::Symlink(_), metadata, .. }) => Some(metadata.uid),
            _ => None,
        };
        if let Some(uid) = link_owner {
            let target = fs.follow(&path).map_err(|source| InstallError::Tree { package: self.nevra(id), source })?;
            if let Some(dir) = fs.get(&target.path).filter(|n| n.is_directory())
                && (uid == 0 || uid == dir.metadata.uid)
            {
                fs.insert(target.path.clone(), node);
                return Ok(target.path);
            }
        }
        fs.insert(path.clone(), node);
        Ok(path)
    }

    /// Config rules for a path that holds a file: where the new one goes, none for nowhere.
    fn settle_existing(
        &mut self,
        fs: &mut Rootfs,
        file: &FileEntry,
        path: &RootPath,
        node: &Node,
    ) -> Result<Option<RootPath>, InstallError> {
        let old = self.ownership.owners(path).iter().find_map(|&owner| match owner {
            Owner::Installed(p, _) if self.ownership.leaves(p) => Some(self.ownership.file(&self.new, owner).0.clone()),
            _ => None,
        });
        let is_config = (file.flags | old.as_ref().map_or(0, |o| o.flags)) & flags::CONFIG != 0;
        // A file this transaction put there, packages and scriptlets alike, is settled by ownership, not by config rules.
        let from_base = self.before.get(path).is_some_and(|n| !n.is_directory());
        if !is_config || !from_base || !(file.is_regular() || file.is_symlink()) {
            return Ok(Some(path.clone()));
        }
        let algorithm = file.digest.as_ref().map_or(Algorithm::Sha256, |d| d.algorithm());
        let disk = self.sameness(path, algorithm)?;
        let renamed = |suffix: &str| {
            RootPath::new([path.as_bytes(), suffix.as_bytes()].concat()).unwrap_or_else(|_| path.clone())
        };
        match fate::config_fate(disk.as_ref(), old.as_ref(), file) {
            Fate::Replace => return Ok(Some(path.clone())),
            Fate::Keep => {}
            Fate::Touch => {
                if let Some(there) = fs.get_mut(path) {
                    there.metadata = node.metadata.clone();
                }
            }
            Fate::RpmNew => {
                self.warnings.push(format!("{path} created as {path}.rpmnew"));
                return Ok(Some(renamed(".rpmnew")));
            }
            Fate::RpmSave => return self.move_aside(fs, path, renamed(".rpmsave")).map(Some),
            Fate::RpmOrig => return self.move_aside(fs, path, renamed(".rpmorig")).map(Some),
        }
        Ok(None)
    }

    fn move_aside(&mut self, fs: &mut Rootfs, path: &RootPath, to: RootPath) -> Result<RootPath, InstallError> {
        self.warnings.push(format!("{path} saved as {to}"));
        if fs.link(to, path).is_ok() {
            fs.remove(path);
        }
        Ok(path.clone())
    }

    /// What the path held at the beginning, for comparison with a package's file.
    pub(super) fn sameness(&self, path: &RootPath, algorithm: Algorithm) -> Result<Option<Sameness>, InstallError> {
        Ok(match self.before.get(path).map(|n| &n.kind) {
            Some(Kind::Symlink(target)) => Some(Sameness::Target(target.clone())),
            Some(Kind::File { size, content }) if *size <= CONFIG_LIMIT => {
                let bytes = self
                    .contents
                    .read(content, CONFIG_LIMIT)
                    .map_err(|source| InstallError::Content { path: path.clone(), source })?;
                let mut hasher = ChecksumHasher::new(algorithm);
                hasher.update(&bytes);
                Some(Sameness::Digest(hasher.finish()))
            }
            _ => None,
        })
    }

    /// Mode, owner by name, time and capabilities. An unknown owner is root, and then the set-id bit goes (rpm `rpmfilesStat`).
    fn metadata(&mut self, id: PackageId, file: &FileEntry, path: &RootPath) -> Result<Metadata, InstallError> {
        let accounts = self.accounts.get();
        let (uid, gid) = (accounts.uid(&file.user), accounts.gid(&file.group));
        let mut mode = file.mode & 0o7777;
        let nevra = &self.new[id.0 as usize].nevra;
        if uid.is_none() {
            mode &= !0o4000;
            self.warnings.push(format!("{nevra}: user {} does not exist, using root for {path}", file.user));
        }
        if gid.is_none() {
            mode &= !0o2000;
            self.warnings.push(format!("{nevra}: group {} does not exist, using root for {path}", file.group));
        }
        let xattr = if file.is_regular() { capability_xattr(&file.caps) } else { Ok(None) };
        let xattr = xattr.map_err(|source| InstallError::Capabilities {
            package: nevra.clone(),
            path: path.clone(),
            source,
        })?;
        Ok(Metadata {
            mode: if file.is_symlink() { 0o777 } else { mode },
            uid: uid.unwrap_or(0),
            gid: gid.unwrap_or(0),
            mtime: i64::from(file.mtime),
            xattrs: xattr.map(|value| Arc::new(BTreeMap::from([("security.capability".to_owned(), value)]))),
        })
    }
}

fn kind(id: PackageId, carrier: usize, file: &FileEntry) -> Kind {
    let (major, minor) = (u32::from(file.rdev >> 8), u32::from(file.rdev & 0xff));
    match file.mode & 0o170_000 {
        0o040_000 => Kind::Directory,
        0o120_000 => Kind::Symlink(file.link_target.clone()),
        0o020_000 => Kind::Special(Special::Char { major, minor }),
        0o060_000 => Kind::Special(Special::Block { major, minor }),
        0o010_000 => Kind::Special(Special::Fifo),
        _ => Kind::File { size: file.size, content: Content::Package { package: id, file: carrier as u32 } },
    }
}
