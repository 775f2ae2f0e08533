//! What every node carries beside its kind.

use std::{collections::BTreeMap, sync::Arc};

/// Extended attributes by full name. Shared and usually absent, so a pointer.
pub type Xattrs = Option<Arc<BTreeMap<String, Vec<u8>>>>;

/// Mode, owner, time and attributes of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Permission bits with set-id and sticky (07777).
    pub mode: u16,
    /// Numeric owner.
    pub uid: u32,
    /// Numeric group.
    pub gid: u32,
    /// Seconds since 1970.
    pub mtime: i64,
    /// Extended attributes.
    pub xattrs: Xattrs,
}

impl Metadata {
    /// Owned by root, without attributes.
    pub fn of_root(mode: u16, mtime: i64) -> Self {
        Self { mode: mode & 0o7777, uid: 0, gid: 0, mtime, xattrs: None }
    }
    /// Takes the file capabilities away, as a kernel does when the file is written to or changes hands.
    pub fn drop_capabilities(&mut self) {
        const NAME: &str = "security.capability";
        if let Some(xattrs) = self.xattrs.as_mut().filter(|x| x.contains_key(NAME)) {
            Arc::make_mut(xattrs).remove(NAME);
        }
        self.xattrs = self.xattrs.take().filter(|x| !x.is_empty());
    }
}
