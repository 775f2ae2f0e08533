//! The file list of a header.

use std::{collections::BTreeMap, sync::Arc};

use super::{Header, HeaderError, Tag};
use crate::terms::{Algorithm, Checksum};

/// File flags (rpm `rpmfileAttrs`), as far as installation minds them.
pub mod flags {
    /// `%config`.
    pub const CONFIG: u32 = 1;
    /// `%doc`.
    pub const DOC: u32 = 1 << 1;
    /// `%config(missingok)`.
    pub const MISSINGOK: u32 = 1 << 3;
    /// `%config(noreplace)`.
    pub const NOREPLACE: u32 = 1 << 4;
    /// `%ghost`: listed, never in the payload.
    pub const GHOST: u32 = 1 << 6;
    /// `%license`.
    pub const LICENSE: u32 = 1 << 7;
    /// `%readme`.
    pub const README: u32 = 1 << 8;
    /// `%pubkey`.
    pub const PUBKEY: u32 = 1 << 11;
    /// `%artifact`.
    pub const ARTIFACT: u32 = 1 << 12;
}

/// Most files a package may list here; the largest known have some 200,000.
const MAX_FILES: usize = 1 << 20;
/// Most bytes all paths of a package may take together.
const MAX_PATHS: usize = 256 << 20;

/// One file of a package, as packaged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// The absolute path (relative in source packages), neither cleaned nor resolved.
    pub path: Vec<u8>,
    /// `st_mode`: type and permissions.
    pub mode: u16,
    /// Size in bytes; of a regular file, that of its content.
    pub size: u64,
    /// Modification time, seconds since 1970.
    pub mtime: u32,
    /// Digest of the content; only of regular files.
    pub digest: Option<Checksum>,
    /// Target of a symbolic link, else empty.
    pub link_target: Vec<u8>,
    /// See [`flags`].
    pub flags: u32,
    /// Owner's name.
    pub user: String,
    /// Group's name.
    pub group: String,
    /// Device number of a device node, 8 bits of major and 8 of minor.
    pub rdev: u16,
    /// With [`FileEntry::inode`], equal for names of one file.
    pub device: u32,
    /// See [`FileEntry::device`].
    pub inode: u32,
    /// Capabilities as text (`cap_net_raw=ep`), mostly empty.
    pub caps: String,
    /// Languages the file is for (`de|fr`), mostly empty.
    pub lang: String,
    /// ELF colour: 1 for 32 bit, 2 for 64 bit, 0 for anything else.
    pub color: u32,
}

impl FileEntry {
    /// Whether this is a regular file.
    pub fn is_regular(&self) -> bool {
        self.mode & 0o170_000 == 0o100_000
    }

    /// Whether this is a directory.
    pub fn is_dir(&self) -> bool {
        self.mode & 0o170_000 == 0o040_000
    }

    /// Whether this is a symbolic link.
    pub fn is_symlink(&self) -> bool {
        self.mode & 0o170_000 == 0o120_000
    }

    /// `%ghost`: owned, but not in the payload.
    pub fn is_ghost(&self) -> bool {
        self.flags & flags::GHOST != 0
    }

    /// The path for messages.
    pub fn display(&self) -> String {
        String::from_utf8_lossy(&self.path).into_owned()
    }
}

/// The hard-link sets: for each name of a file that has several, all its names' indexes in header order.
///
/// In the payload only the last member of a set carries the content (rpm `rpmfilesBuildNLink`).
pub fn link_sets(files: &[FileEntry]) -> BTreeMap<usize, Arc<[usize]>> {
    let mut by_inode: BTreeMap<(u32, u32), Vec<usize>> = BTreeMap::new();
    for (i, f) in files.iter().enumerate().filter(|(_, f)| f.is_regular() && !f.is_ghost() && f.inode != 0) {
        by_inode.entry((f.device, f.inode)).or_default().push(i);
    }
    let sets = by_inode.into_values().filter(|set| set.len() > 1).map(Arc::<[usize]>::from);
    sets.flat_map(|set| set.iter().map(|&i| (i, set.clone())).collect::<Vec<_>>()).collect()
}

impl Header {
    /// The file list, in header order; empty if the package has no files.
    ///
    /// # Errors
    /// Arrays of different lengths, directory indexes that lead nowhere, digests of the wrong length.
    pub fn files(&self) -> Result<Vec<FileEntry>, HeaderError> {
        let paths = self.paths()?;
        let n = paths.len();
        if n == 0 {
            return Ok(Vec::new());
        }
        let sizes = match self.u64s(Tag::LONGFILESIZES) {
            Some(sizes) => sizes,
            None => self.u32s(Tag::FILESIZES).unwrap_or_default().into_iter().map(u64::from).collect(),
        };
        let sizes = exact(Tag::FILESIZES, sizes, n)?;
        let modes = exact(Tag::FILEMODES, self.u16s(Tag::FILEMODES).unwrap_or_default(), n)?;
        let mtimes = or_zero(Tag::FILEMTIMES, self.u32s(Tag::FILEMTIMES), n)?;
        let flags = or_zero(Tag::FILEFLAGS, self.u32s(Tag::FILEFLAGS), n)?;
        let rdevs = or_zero(Tag::FILERDEVS, self.u16s(Tag::FILERDEVS), n)?;
        let devices = or_zero(Tag::FILEDEVICES, self.u32s(Tag::FILEDEVICES), n)?;
        let inodes = or_zero(Tag::FILEINODES, self.u32s(Tag::FILEINODES), n)?;
        let colors = or_zero(Tag::FILECOLORS, self.u32s(Tag::FILECOLORS), n)?;
        let algorithm = self.u32(Tag::FILEDIGESTALGO).unwrap_or(1);
        let mut text = Columns::new(self, n)?;
        let mut files = Vec::with_capacity(n);
        for (i, path) in paths.into_iter().enumerate() {
            let row = text.next_row();
            files.push(FileEntry {
                path,
                mode: modes[i],
                size: sizes[i],
                mtime: mtimes[i],
                digest: digest(algorithm, row.digest)?,
                link_target: row.link_target.to_vec(),
                flags: flags[i],
                user: lossy(row.user),
                group: lossy(row.group),
                rdev: rdevs[i],
                device: devices[i],
                inode: inodes[i],
                caps: lossy(row.caps),
                lang: lossy(row.lang),
                color: colors[i],
            });
        }
        Ok(files)
    }

    /// Only the paths of [`Header::files`].
    ///
    /// # Errors
    /// Arrays of different lengths, directory indexes that lead nowhere, paths longer than 4096 bytes.
    pub fn paths(&self) -> Result<Vec<Vec<u8>>, HeaderError> {
        let n = self.count(Tag::BASENAMES);
        let listed = n.max(self.count(Tag::OLDFILENAMES));
        if listed > MAX_FILES {
            return Err(HeaderError::Count { tag: Tag::BASENAMES, expected: MAX_FILES, actual: listed });
        }
        if n == 0 {
            return self.strings(Tag::OLDFILENAMES).map(|p| path(Tag::OLDFILENAMES, &[], p)).collect();
        }
        let dirs: Vec<&[u8]> = self.strings(Tag::DIRNAMES).collect();
        let indexes = exact(Tag::DIRINDEXES, self.u32s(Tag::DIRINDEXES).unwrap_or_default(), n)?;
        let mut paths = Vec::with_capacity(n);
        let mut bytes = 0;
        for (base, dir) in self.strings(Tag::BASENAMES).zip(indexes) {
            let nowhere = || HeaderError::Entry { tag: Tag::DIRINDEXES, why: "points to no directory" };
            let path = path(Tag::BASENAMES, dirs.get(dir as usize).ok_or_else(nowhere)?, base)?;
            bytes += path.len();
            if bytes > MAX_PATHS {
                return Err(HeaderError::Entry { tag: Tag::BASENAMES, why: "makes more than 256 MiB of paths" });
            }
            paths.push(path);
        }
        exact(Tag::BASENAMES, paths, n)
    }
}

/// `PATH_MAX` bounds every path: without it, one long directory name times many files would fill the memory.
fn path(tag: Tag, dir: &[u8], base: &[u8]) -> Result<Vec<u8>, HeaderError> {
    if dir.len() + base.len() > 4096 {
        return Err(HeaderError::value(tag, base, "makes a path of more than 4096 bytes"));
    }
    Ok([dir, base].concat())
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub(super) fn exact<T>(tag: Tag, values: Vec<T>, expected: usize) -> Result<Vec<T>, HeaderError> {
    if values.len() == expected {
        return Ok(values);
    }
    Err(HeaderError::Count { tag, expected, actual: values.len() })
}

pub(super) fn or_zero<T: Clone + Default>(tag: Tag, values: Option<Vec<T>>, n: usize) -> Result<Vec<T>, HeaderError> {
    values.map_or_else(|| Ok(vec![T::default(); n]), |v| exact(tag, v, n))
}

fn digest(algorithm: u32, hex: &[u8]) -> Result<Option<Checksum>, HeaderError> {
    if hex.is_empty() {
        return Ok(None);
    }
    let bad = |why| HeaderError::value(Tag::FILEDIGESTS, hex, why);
    let algorithm = Algorithm::from_pgp(algorithm).ok_or_else(|| bad("is of an unknown algorithm"))?;
    let hex = std::str::from_utf8(hex).map_err(|_| bad("is no digest"))?;
    Checksum::new(algorithm, hex).map(Some).map_err(|_| bad("is no digest of the algorithm named"))
}

/// The string arrays of a file list, walked in step.
struct Columns<'a> {
    iters: [Box<dyn Iterator<Item = &'a [u8]> + 'a>; 6],
}

struct Row<'a> {
    digest: &'a [u8],
    link_target: &'a [u8],
    user: &'a [u8],
    group: &'a [u8],
    caps: &'a [u8],
    lang: &'a [u8],
}

impl<'a> Columns<'a> {
    fn new(header: &'a Header, n: usize) -> Result<Self, HeaderError> {
        let column = |tag: Tag| -> Result<Box<dyn Iterator<Item = &'a [u8]> + 'a>, HeaderError> {
            match header.count(tag) {
                0 => Ok(Box::new(std::iter::repeat_n(&[][..], n))),
                actual if actual == n => Ok(Box::new(header.strings(tag))),
                actual => Err(HeaderError::Count { tag, expected: n, actual }),
            }
        };
        Ok(Self {
            iters: [
                column(Tag::FILEDIGESTS)?,
                column(Tag::FILELINKTOS)?,
                column(Tag::FILEUSERNAME)?,
                column(Tag::FILEGROUPNAME)?,
                column(Tag::FILECAPS)?,
                column(Tag::FILELANGS)?,
            ],
        })
    }

    fn next_row(&mut self) -> Row<'a> {
        // a tag of another type than strings has elements, but no strings: its column is empty text
        let [digest, link_target, user, group, caps, lang] = &mut self.iters;
        let next = |i: &mut Box<dyn Iterator<Item = &'a [u8]> + 'a>| i.next().unwrap_or_default();
        Row {
            digest: next(digest),
            link_target: next(link_target),
            user: next(user),
            group: next(group),
            caps: next(caps),
            lang: next(lang),
        }
    }
}
