//! Owner, mode, time and capabilities of a packaged file.

use std::{collections::BTreeMap, sync::Arc};

use super::{InstallError, Transaction, capability_xattr};
use crate::{
    formats::rpm::FileEntry,
    rootfs::{Content, Kind, Metadata, PackageId, Special},
    terms::RootPath,
};

impl Transaction<'_> {
    /// Mode, owner by name, time and capabilities. An unknown owner is root, and then the set-id bit goes (rpm `rpmfilesStat`).
    pub(super) fn metadata(
        &mut self,
        id: PackageId,
        file: &FileEntry,
        path: &RootPath,
    ) -> Result<Metadata, InstallError> {
        let accounts = self.accounts.get();
        let (uid, gid) = (accounts.uid(&file.user), accounts.gid(&file.group));
        let mut mode = file.mode & 0o7777;
        let nevra = &self.plan.elements[id.0 as usize].nevra;
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

/// What a packaged file is. Its bytes stand with `carrier`, a file of the same package.
pub(super) fn kind(id: PackageId, carrier: usize, file: &FileEntry) -> Kind {
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
