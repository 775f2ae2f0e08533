//! Base layers laid over one another: tar entries, whiteouts and opaque directories (OCI image-spec, `layer.md`).

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Read},
    sync::Arc,
};

use super::{Content, Kind, Metadata, Node, Origin, Rootfs, Special, TreeError};
use crate::{
    formats::tar::{Entry, EntryKind, Reader, TarError},
    terms::{Digest, DigestWriter, InvalidPath, RootPath},
};

/// More entries than any image: a layer that claims more is an attack on memory.
const ENTRY_LIMIT: usize = 4_000_000;

/// Why a base layer cannot be laid down.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OverlayError {
    /// Not a tar archive, or a broken one.
    #[error("reading the layer's archive")]
    Tar(#[from] TarError),
    /// Content of a file could not be read.
    #[error("reading {path} of the layer")]
    Content {
        /// The file.
        path: RootPath,
        /// Why.
        source: io::Error,
    },
    /// A name that leads out of the image.
    #[error("placing an entry of the layer")]
    Name(#[from] InvalidPath),
    /// A path that cannot exist in the tree as it is.
    #[error("placing an entry of the layer")]
    Tree(#[from] TreeError),
    /// Too many entries.
    #[error("the layer holds more than {ENTRY_LIMIT} entries")]
    TooMany,
}

/// Bytes of base files that later stages look into, kept while their layer streams by.
pub type Kept = BTreeMap<(u32, u32), Arc<[u8]>>;

/// Reads one uncompressed layer over `fs`. Files for which `keep(path, size)` says so end up in `kept`, by layer and entry.
/// The stream is read to its end, so that a digest around it is whole.
pub fn apply(
    fs: &mut Rootfs,
    layer: u32,
    stream: impl Read,
    keep: &dyn Fn(&RootPath, u64) -> bool,
    kept: &mut Kept,
) -> Result<(), OverlayError> {
    let mut reader = Reader::new(stream);
    let mut entries = Vec::new();
    while let Some(entry) = reader.next_entry()? {
        let path = RootPath::new(&entry.path)?;
        if entry.kind == EntryKind::File && keep(&path, entry.size) {
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).map_err(|source| OverlayError::Content { path: path.clone(), source })?;
            kept.insert((layer, entries.len() as u32), bytes.into());
        }
        if entries.len() >= ENTRY_LIMIT {
            return Err(OverlayError::TooMany);
        }
        entries.push((path, entry));
    }
    reader.drain()?;
    // Whiteouts speak of lower layers only, wherever in the archive they stand: so they go first.
    for (path, _) in &entries {
        whiteout(fs, path)?;
    }
    for (ordinal, (path, entry)) in entries.into_iter().enumerate() {
        if !path.name().starts_with(b".wh.") {
            place(fs, &path, entry, Content::Base { layer, entry: ordinal as u32 })?;
        }
    }
    Ok(())
}

/// Digests of some files of one uncompressed layer, by their entries' ordinals. Read no further than the last of them; what is
/// no regular file, or not there, has none.
pub fn digests(stream: impl Read, wanted: &BTreeSet<u32>) -> Result<BTreeMap<u32, Digest>, OverlayError> {
    let Some(last) = wanted.last() else { return Ok(BTreeMap::new()) };
    let mut reader = Reader::new(stream);
    let mut found = BTreeMap::new();
    for ordinal in 0..=*last {
        let Some(entry) = reader.next_entry()? else { break };
        if entry.kind == EntryKind::File && wanted.contains(&ordinal) {
            let mut sink = DigestWriter::new(io::sink());
            io::copy(&mut reader, &mut sink).map_err(|source| OverlayError::Content {
                path: RootPath::new(&entry.path).unwrap_or_default(),
                source,
            })?;
            found.insert(ordinal, sink.finish().1);
        }
    }
    Ok(found)
}

fn whiteout(fs: &mut Rootfs, path: &RootPath) -> Result<(), TreeError> {
    let Some(name) = path.name().strip_prefix(b".wh.") else { return Ok(()) };
    let Some(parent) = path.parent() else { return Ok(()) };
    if name == b".wh..opq" {
        let dir = fs.follow(&parent)?.path;
        let below: Vec<RootPath> = fs.below(&dir).map(|(p, _)| p.clone()).collect();
        for p in &below {
            fs.remove(p);
        }
    } else if !name.is_empty() && !name.starts_with(b".wh.") {
        let target = fs.resolve(&parent.join(name))?.path;
        fs.remove(&target);
    }
    Ok(())
}

fn place(fs: &mut Rootfs, path: &RootPath, entry: Entry, content: Content) -> Result<(), OverlayError> {
    let path = fs.resolve(path)?.path;
    let xattrs = (!entry.xattrs.is_empty()).then(|| Arc::new(entry.xattrs));
    let metadata = Metadata { mode: entry.mode as u16, uid: entry.uid, gid: entry.gid, mtime: entry.mtime, xattrs };
    fs.parents(&path, &Metadata::of_root(0o755, 0), Origin::Base)?;
    let kind = match entry.kind {
        EntryKind::Hardlink(target) => {
            let target = fs.resolve(&RootPath::new(&target)?)?.path;
            return Ok(fs.link(path, &target)?);
        }
        EntryKind::File => Kind::File { size: entry.size, content },
        EntryKind::Symlink(target) => Kind::Symlink(target),
        EntryKind::Directory => Kind::Directory,
        EntryKind::Char { major, minor } => Kind::Special(Special::Char { major, minor }),
        EntryKind::Block { major, minor } => Kind::Special(Special::Block { major, minor }),
        EntryKind::Fifo => Kind::Special(Special::Fifo),
    };
    if !path.is_root() || kind == Kind::Directory {
        fs.insert(path, Node { kind, metadata, origin: Origin::Base });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        formats::tar::{END_OF_ARCHIVE, header_blocks, padding},
        rootfs::dump,
    };

    fn layer(entries: &[(&str, EntryKind, &str)]) -> Vec<u8> {
        let mut out = Vec::new();
        for (path, kind, content) in entries {
            out.extend(header_blocks(&Entry {
                path: path.as_bytes().to_vec(),
                kind: kind.clone(),
                mode: 0o755,
                uid: 0,
                gid: 0,
                size: content.len() as u64,
                mtime: 0,
                xattrs: BTreeMap::new(),
            }));
            out.extend(content.as_bytes());
            out.resize(out.len() + padding(content.len() as u64), 0);
        }
        out.extend(END_OF_ARCHIVE);
        out
    }

    fn lay(layers: &[Vec<u8>]) -> Result<(Rootfs, Kept), OverlayError> {
        let (mut fs, mut kept) = (Rootfs::new(), Kept::new());
        for (i, bytes) in layers.iter().enumerate() {
            apply(&mut fs, i as u32, &bytes[..], &|p, _| p.name() == b"keep", &mut kept)?;
        }
        Ok((fs, kept))
    }

    fn paths(fs: &Rootfs) -> Vec<String> {
        fs.iter().skip(1).map(|(p, ..)| p.to_string()).collect()
    }

    use EntryKind::{Directory, File, Hardlink, Symlink};

    #[test]
    fn whiteouts_hide_lower_layers_only() {
        let lower = layer(&[
            ("d/", Directory, ""),
            ("d/a", File, "1"),
            ("d/b", File, "2"),
            ("e/", Directory, ""),
            ("e/x", File, "3"),
        ]);
        let upper = layer(&[
            ("d/a", File, "new"),
            ("d/.wh.a", File, ""),
            ("d/.wh.b", File, ""),
            ("e/y", File, "4"),
            ("e/.wh..wh..opq", File, ""),
        ]);
        assert_eq!(paths(&lay(&[lower, upper]).expect("valid").0), ["/d", "/d/a", "/e", "/e/y"]);
    }

    #[test]
    fn links_are_walked_and_kept_contents_found() {
        let one = layer(&[
            ("usr/lib/", Directory, ""),
            ("lib", Symlink(b"usr/lib".to_vec()), ""),
            ("lib/keep", File, "kept"),
        ]);
        let two = layer(&[("lib/hard", Hardlink(b"lib/keep".to_vec()), "")]);
        let (fs, kept) = lay(&[one, two]).expect("valid");
        assert_eq!(paths(&fs), ["/lib", "/usr", "/usr/lib", "/usr/lib/hard", "/usr/lib/keep"]);
        assert_eq!(&*kept[&(0, 2)], b"kept");
        assert!(dump::text(&fs).contains("/usr/lib/keep hardlink /usr/lib/hard"));
    }

    #[test]
    fn contents_are_hashed_in_passing() {
        let bytes = layer(&[("a", File, "1"), ("b", Hardlink(b"a".to_vec()), ""), ("c", File, "22"), ("d", File, "3")]);
        let found = digests(&bytes[..], &BTreeSet::from([0, 1, 2, 9])).expect("valid");
        assert_eq!(found, BTreeMap::from([(0, Digest::of(b"1")), (2, Digest::of(b"22"))]));
        // What lies behind the last one wanted is not read.
        assert_eq!(digests(&bytes[..1024], &BTreeSet::from([0])).expect("whole so far").len(), 1);
        assert!(digests(&bytes[..1600], &BTreeSet::from([2])).is_err());
    }

    #[test]
    fn escapes_are_refused() {
        assert!(matches!(lay(&[layer(&[("../x", File, "")])]), Err(OverlayError::Name(_))));
        let (fs, _) =
            lay(&[layer(&[("out", Symlink(b"../../..".to_vec()), ""), ("out/x", File, "")])]).expect("stays inside");
        assert_eq!(paths(&fs), ["/out", "/x"]);
    }
}
