//! Entries to header blocks. Deterministic: numeric owners only, no access times, PAX records only where ustar has no room.

use super::{Entry, EntryKind, header};

/// Everything in a tar is a multiple of this.
pub const BLOCK: usize = 512;

/// What ends an archive: two blocks of zeros.
pub const END_OF_ARCHIVE: [u8; 2 * BLOCK] = [0; 2 * BLOCK];

/// Zero bytes owed after `size` bytes of content.
pub fn padding(size: u64) -> usize {
    (BLOCK - (size % BLOCK as u64) as usize) % BLOCK
}

/// The blocks that announce `entry`: a ustar header, behind a PAX header where something does not fit or has attributes.
/// The caller writes `entry.size` bytes of content and [`padding`] next.
pub fn header_blocks(entry: &Entry) -> Vec<u8> {
    let mut path = entry.path.clone();
    if entry.kind == EntryKind::Directory && path.last() != Some(&b'/') {
        path.push(b'/');
    }
    let mut records = Vec::new();
    let mut block = [0u8; BLOCK];
    put_path(&mut block, &path, &mut records);
    let (kind, link, device) = match &entry.kind {
        EntryKind::File => (b'0', None, None),
        EntryKind::Hardlink(to) => (b'1', Some(to), None),
        EntryKind::Symlink(to) => (b'2', Some(to), None),
        EntryKind::Char { major, minor } => (b'3', None, Some((*major, *minor))),
        EntryKind::Block { major, minor } => (b'4', None, Some((*major, *minor))),
        EntryKind::Directory => (b'5', None, None),
        EntryKind::Fifo => (b'6', None, None),
    };
    block[header::TYPE] = kind;
    if let Some(to) = link {
        if to.len() > header::LINK.len() {
            record(&mut records, b"linkpath", to);
        }
        let n = to.len().min(header::LINK.len());
        block[header::LINK][..n].copy_from_slice(&to[..n]);
    }
    let (major, minor) = device.unwrap_or((0, 0));
    header::put_octal(&mut block[header::MAJOR], u64::from(major));
    header::put_octal(&mut block[header::MINOR], u64::from(minor));
    header::put_octal(&mut block[header::MODE], u64::from(entry.mode & 0o7777));
    put_number(&mut block[header::UID], b"uid", i64::from(entry.uid), &mut records);
    put_number(&mut block[header::GID], b"gid", i64::from(entry.gid), &mut records);
    let size = if entry.kind == EntryKind::File { entry.size } else { 0 };
    put_number(&mut block[header::SIZE], b"size", size as i64, &mut records);
    put_number(&mut block[header::MTIME], b"mtime", entry.mtime, &mut records);
    for (name, value) in &entry.xattrs {
        record(&mut records, format!("SCHILY.xattr.{name}").as_bytes(), value);
    }
    let mut out = Vec::with_capacity(BLOCK);
    if !records.is_empty() {
        pax_header(&mut out, &path, &records, entry.mtime);
    }
    seal(&mut block);
    out.extend_from_slice(&block);
    out
}

/// Fits the path into name and prefix, or cuts it and adds a `path` record.
fn put_path(block: &mut [u8; BLOCK], path: &[u8], records: &mut Vec<u8>) {
    if let Some(cut) = ustar_cut(path) {
        let (prefix, name) = if cut == 0 { (&path[..0], path) } else { (&path[..cut], &path[cut + 1..]) };
        block[header::NAME][..name.len()].copy_from_slice(name);
        block[header::PREFIX][..prefix.len()].copy_from_slice(prefix);
    } else {
        record(records, b"path", path);
        block[header::NAME].copy_from_slice(&path[..100]);
    }
}

/// Where to cut a path into prefix (155) and name (100); 0 means it fits the name alone.
fn ustar_cut(path: &[u8]) -> Option<usize> {
    if path.len() <= header::NAME.len() {
        return Some(0);
    }
    let earliest = path.len().checked_sub(header::NAME.len() + 1)?;
    let latest = header::PREFIX.len().min(path.len() - 2);
    (earliest..=latest).find(|&i| i > 0 && path[i] == b'/')
}

/// Octal where it fits, else a PAX record and what the field can hold.
fn put_number(field: &mut [u8], name: &[u8], value: i64, records: &mut Vec<u8>) {
    if value < 0 || !header::put_octal(field, value as u64) {
        record(records, name, value.to_string().as_bytes());
        header::put_octal(field, 0);
    }
}

/// Appends `LEN name=value\n`, LEN counting itself.
fn record(records: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    let rest = name.len() + value.len() + 3;
    let mut len = rest + 1;
    while len != rest + len.to_string().len() {
        len = rest + len.to_string().len();
    }
    records.extend_from_slice(format!("{len} ").as_bytes());
    records.extend_from_slice(name);
    records.push(b'=');
    records.extend_from_slice(value);
    records.push(b'\n');
}

/// The `x` entry that carries `records` for the entry after it.
fn pax_header(out: &mut Vec<u8>, path: &[u8], records: &[u8], mtime: i64) {
    let mut block = [0u8; BLOCK];
    let base = path.strip_suffix(b"/").unwrap_or(path);
    let base = base.rsplit(|&b| b == b'/').next().unwrap_or(b"");
    let name = [b"PaxHeaders.0/".as_slice(), &base[..base.len().min(80)]].concat();
    block[header::NAME][..name.len()].copy_from_slice(&name);
    block[header::TYPE] = b'x';
    header::put_octal(&mut block[header::MODE], 0o644);
    for zero in [header::UID, header::GID, header::MAJOR, header::MINOR] {
        header::put_octal(&mut block[zero], 0);
    }
    header::put_octal(&mut block[header::SIZE], records.len() as u64);
    if !header::put_octal(&mut block[header::MTIME], mtime.max(0) as u64) {
        header::put_octal(&mut block[header::MTIME], 0);
    }
    seal(&mut block);
    out.extend_from_slice(&block);
    out.extend_from_slice(records);
    out.resize(out.len() + padding(records.len() as u64), 0);
}

/// Magic and checksum.
fn seal(block: &mut [u8; BLOCK]) {
    block[header::MAGIC].copy_from_slice(b"ustar\x0000");
    let sum = header::checksum(block);
    block[header::CHECKSUM].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}
