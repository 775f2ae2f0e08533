//! The payload's archive: cpio "newc" (SVR4, no checksum), or rpm's stripped form that names files by their header index.

/// What one archive member says about itself; rpm believes only the name (or index).
#[derive(Clone, Debug)]
pub(super) struct Member<'a> {
    /// As the archive spells it, `./usr/bin/x`.
    pub(super) name: &'a [u8],
    /// Index of the file in the header's arrays.
    pub(super) index: u32,
    pub(super) inode: u32,
    pub(super) mode: u32,
    pub(super) links: u32,
    pub(super) mtime: u32,
    pub(super) rdev: u32,
    pub(super) data: &'a [u8],
}

/// Appends one member, in the stripped form when `stripped`.
pub(super) fn member(out: &mut Vec<u8>, m: &Member<'_>, stripped: bool) {
    if stripped {
        out.extend_from_slice(format!("07070X{:08x}", m.index).as_bytes());
        pad(out);
    } else {
        full(out, m);
    }
    out.extend_from_slice(m.data);
    pad(out);
}

/// Ends the archive. The stripped form, too, ends with a full member.
pub(super) fn trailer(out: &mut Vec<u8>) {
    full(out, &Member { name: b"TRAILER!!!", index: 0, inode: 0, mode: 0, links: 1, mtime: 0, rdev: 0, data: b"" });
}

fn full(out: &mut Vec<u8>, m: &Member<'_>) {
    let (major, minor) = (m.rdev >> 8, m.rdev & 0xff);
    let size = u32::try_from(m.data.len()).expect("testbed files are small");
    out.extend_from_slice(b"070701");
    for n in [m.inode, m.mode, 0, 0, m.links, m.mtime, size, 0, 1, major, minor, m.name.len() as u32 + 1, 0] {
        out.extend_from_slice(format!("{n:08x}").as_bytes());
    }
    out.extend_from_slice(m.name);
    out.push(0);
    pad(out);
}

fn pad(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(4), 0);
}
