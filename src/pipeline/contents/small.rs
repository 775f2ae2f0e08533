//! Files that scriptlets look into. A package's payload is decoded for the first of them, and then all are kept: the next
//! scriptlet wants another.

use std::{
    collections::BTreeMap,
    io::{self, Read},
    sync::{Arc, Mutex, PoisonError},
};

use super::{ImageContents, Source, bounded, derive};
use crate::{store::Store, terms::Digest};

/// Changes with what is kept.
const KIND: &str = "small-files-1";
/// Configuration, scripts and the like are not larger.
const SMALL: u64 = 64 << 10;
/// A kernel's own lists, trust bundles.
const LARGER: u64 = 4 << 20;
/// Of one package no more is kept.
const OF_ONE_PACKAGE: usize = 16 << 20;

/// Directories whose files scriptlets, or what they start, read.
const DIRECTORIES: [&str; 34] = [
    "etc/",
    "usr/lib/binfmt.d/",
    "usr/lib/depmod.d/",
    "usr/lib/dracut/dracut.conf.d/",
    "usr/lib/environment.d/",
    "usr/lib/kernel/",
    "usr/lib/modprobe.d/",
    "usr/lib/modules-load.d/",
    "usr/lib/NetworkManager/conf.d/",
    "usr/lib/os-release",
    "usr/lib/pam.d/",
    "usr/lib/rpm/",
    "usr/lib/sysctl.d/",
    "usr/lib/systemd/",
    "usr/lib/sysusers.d/",
    "usr/lib/tmpfiles.d/",
    "usr/lib/udev/rules.d/",
    "usr/share/applications/",
    "usr/share/authselect/",
    "usr/share/crypto-policies/",
    "usr/share/defaults/",
    "usr/share/fontconfig/",
    "usr/share/glib-2.0/schemas/",
    "usr/share/icons/hicolor/index.theme",
    "usr/share/info/",
    "usr/share/mime/packages/",
    "usr/share/p11-kit/",
    "usr/share/pki/",
    "usr/share/polkit-1/",
    "usr/share/rpm/",
    "usr/share/sgml/",
    "usr/share/vim/vimfiles/",
    "usr/share/xml/",
    "var/lib/alternatives/",
];

/// Directories of programs, of which the scripts count.
const PROGRAMS: [&str; 4] = ["usr/bin/", "usr/sbin/", "usr/libexec/", "usr/lib/alternatives/"];

/// Whether a file is one that scriptlets look into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pipeline) enum Interest {
    Kept,
    /// If it is a script: see [`is_script`].
    Script,
    None,
}

/// Of a file by its path, without a slash in front, and its size.
pub(in crate::pipeline) fn interest(path: &[u8], size: u64) -> Interest {
    // Old packages have the names from before /usr was merged.
    let merged;
    let path = match ["bin/", "sbin/", "lib/", "lib64/"].iter().any(|dir| path.starts_with(dir.as_bytes())) {
        true => {
            merged = [b"usr/", path].concat();
            &merged
        }
        false => path,
    };
    let under = |dir: &&str| path.starts_with(dir.as_bytes());
    if size <= LARGER && (under(&"usr/share/pki/") || is_kernel_list(path)) {
        return Interest::Kept;
    }
    match size <= SMALL {
        true if DIRECTORIES.iter().any(under) => Interest::Kept,
        true if PROGRAMS.iter().any(under) => Interest::Script,
        _ => Interest::None,
    }
}

/// `modules.order`, `modules.builtin` and `modules.builtin.modinfo`, which depmod reads.
fn is_kernel_list(path: &[u8]) -> bool {
    let name = path.rsplit(|&b| b == b'/').next().unwrap_or_default();
    path.starts_with(b"usr/lib/modules/")
        && [&b"modules.order"[..], b"modules.builtin", b"modules.builtin.modinfo"].contains(&name)
}

/// Whether a program is a script.
pub(in crate::pipeline) fn is_script(bytes: &[u8]) -> bool {
    bytes.starts_with(b"#!")
}

/// Small files of packages, and what else was read, of this session.
#[derive(Debug, Default)]
pub(super) struct SmallMemory(Mutex<BTreeMap<Source, Arc<Files>>>);

/// Files by their numbers.
type Files = BTreeMap<u32, Arc<[u8]>>;

impl ImageContents<'_> {
    /// A file of a package; with its payload decoded for it, the small ones are kept.
    pub(super) fn read_package(&self, source: Source, wanted: u32, limit: u64) -> io::Result<Arc<[u8]>> {
        let known = self.small.0.lock().unwrap_or_else(PoisonError::into_inner).get(&source).cloned();
        let known = known.or_else(|| {
            let stored = self.store?.recall(KIND, &self.key(source))?;
            Some(self.keep(source, derive::parse(&stored)?))
        });
        if let Some(known) = known {
            return match known.get(&wanted) {
                Some(bytes) if bytes.len() as u64 > limit => Err(io::ErrorKind::FileTooLarge.into()),
                Some(bytes) => Ok(Arc::clone(bytes)),
                None => self.read_one(source, wanted, limit),
            };
        }
        let mut file = None;
        let mut keeping = Keeping::default();
        self.members(source, &mut |number, path, size, content| {
            if number != wanted {
                return keeping.offer(number, path, size, content);
            }
            if size > limit {
                file = Some(Err(io::Error::from(io::ErrorKind::FileTooLarge)));
                return Ok(());
            }
            let bytes: Arc<[u8]> = bounded(content, size, limit)?.into();
            keeping.keep(number, interest(path, size), &bytes);
            file = Some(Ok(bytes));
            Ok(())
        })?;
        if let Some(store) = self.store {
            keeping.remember(store, &self.key(source));
        }
        self.keep(source, keeping.files);
        file.unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into()))
    }

    fn keep(&self, source: Source, files: Files) -> Arc<Files> {
        let files = Arc::new(files);
        self.small.0.lock().unwrap_or_else(PoisonError::into_inner).insert(source, Arc::clone(&files));
        files
    }

    /// One file, by decoding what is before it.
    pub(super) fn read_one(&self, source: Source, wanted: u32, limit: u64) -> io::Result<Arc<[u8]>> {
        let mut bytes = None;
        self.stream(source, &[wanted].into(), &mut |_, size, content: &mut dyn Read| {
            bytes = Some(bounded(content, size, limit)?);
            Ok(())
        })?;
        bytes.map(Arc::from).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

/// The small files of one package, while its payload goes by.
#[derive(Default)]
pub(super) struct Keeping {
    files: Files,
    bytes: usize,
}

impl Keeping {
    /// Takes a file that scriptlets look into, as long as there is room.
    pub(super) fn offer(&mut self, number: u32, path: &[u8], size: u64, content: &mut dyn Read) -> io::Result<()> {
        let interest = interest(path, size);
        if interest != Interest::None && size as usize <= OF_ONE_PACKAGE - self.bytes {
            self.keep(number, interest, &bounded(content, size, LARGER)?.into());
        }
        Ok(())
    }

    fn keep(&mut self, number: u32, interest: Interest, bytes: &Arc<[u8]>) {
        let counts = interest == Interest::Kept || interest == Interest::Script && is_script(bytes);
        if counts && bytes.len() <= OF_ONE_PACKAGE - self.bytes {
            self.bytes += bytes.len();
            self.files.insert(number, Arc::clone(bytes));
        }
    }

    /// A store that cannot keep them is no reason to stop.
    pub(super) fn remember(&self, store: &Store, key: &Digest) {
        store.remember(KIND, key, &derive::text(&self.files)).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_scriptlets_read_is_of_interest() {
        for (path, expected) in [
            ("etc/passwd", Interest::Kept),
            ("lib/systemd/system/sshd.service", Interest::Kept),
            ("lib/modules/5.14.0/modules.order", Interest::Kept),
            ("sbin/weak-modules", Interest::Script),
            ("usr/share/doc/x", Interest::None),
            ("lib/modules/5.14.0/kernel/fs/xfs/xfs.ko.xz", Interest::None),
        ] {
            assert_eq!(interest(path.as_bytes(), 1000), expected, "{path}");
        }
        assert_eq!(interest(b"etc/large", 1 << 20), Interest::None);
        assert_eq!(interest(b"usr/share/pki/ca-trust-source/ca-bundle.trust.p11-kit", 1 << 20), Interest::Kept);
    }
}
