//! `/etc/passwd` and its kin, as shadow-utils' `commonio` reads and rewrites them: a line nobody changes stays as it is, also
//! one that makes no sense; new ones go to the end, before what NIS adds; the file before the change is kept as `FILE-`.

use crate::effects::process::{Errno, Mode, Process};

/// One of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::effects) struct File {
    /// Its absolute path.
    pub path: &'static [u8],
    /// How many fields a line has; others do not count.
    fields: usize,
    /// Fields that are numbers, and may not be empty.
    numbers: &'static [usize],
    /// Permission bits of a new file.
    mode: u16,
}

/// `name:password:uid:gid:comment:home:shell`
pub(in crate::effects) const PASSWD: File = File { path: b"/etc/passwd", fields: 7, numbers: &[2, 3], mode: 0o644 };
/// `name:password:gid:members`
pub(in crate::effects) const GROUP: File = File { path: b"/etc/group", fields: 4, numbers: &[2], mode: 0o644 };
/// `name:password:changed:min:max:warn:inactive:expire:flag`, times in days
pub(in crate::effects) const SHADOW: File = File { path: b"/etc/shadow", fields: 9, numbers: &[], mode: 0o400 };
/// `name:password:administrators:members`
pub(in crate::effects) const GSHADOW: File = File { path: b"/etc/gshadow", fields: 4, numbers: &[], mode: 0o400 };
/// `owner:first:count`
pub(in crate::effects) const SUBUID: File = File { path: b"/etc/subuid", fields: 3, numbers: &[1, 2], mode: 0o644 };
/// `owner:first:count`
pub(in crate::effects) const SUBGID: File = File { path: b"/etc/subgid", fields: 3, numbers: &[1, 2], mode: 0o644 };

/// The fields of a line.
pub(in crate::effects) type Fields = Vec<Vec<u8>>;

/// The lines of a file.
#[derive(Clone, Debug)]
pub(in crate::effects) struct Table {
    file: File,
    rows: Vec<Row>,
    present: bool,
    changed: bool,
}

#[derive(Clone, Debug)]
struct Row {
    line: Vec<u8>,
    fields: Option<Fields>,
}

/// Two lines of one name, which shadow-utils refuse to change.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::effects) struct Ambiguous;

impl Table {
    /// Reads a file; one that is not there has no lines.
    pub fn read(process: &mut Process<'_, '_>, file: File) -> Result<Self, Errno> {
        let (bytes, present) = match process.read_file(file.path) {
            Ok(bytes) => (bytes, true),
            Err(Errno::NoEntry) => (Vec::new(), false),
            Err(error) => return Err(error),
        };
        let lines = bytes.split_inclusive(|&b| b == b'\n').map(|l| l.strip_suffix(b"\n").unwrap_or(l));
        let rows: Vec<Row> = lines.map(|l| Row { line: l.to_vec(), fields: parse(file, l) }).collect();
        if !process.stage.budget.steps(rows.len() as u64) {
            return Err(Errno::Stopped);
        }
        Ok(Self { file, rows, present, changed: false })
    }

    /// Whether the file is there.
    pub fn present(&self) -> bool {
        self.present
    }

    /// Its entries, in order.
    pub fn entries(&self) -> impl Iterator<Item = &Fields> {
        self.rows.iter().filter_map(|r| r.fields.as_ref())
    }

    /// The entry of a name.
    pub fn find(&self, name: &[u8]) -> Option<&Fields> {
        self.entries().find(|f| f[0] == name)
    }

    /// The first entry with this number (of passwd: uid; of group: gid).
    pub fn by_number(&self, number: u32) -> Option<&Fields> {
        self.entries().find(|f| self.number(f) == Some(number))
    }

    /// Every uid, or gid, in use.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        self.entries().filter_map(|f| self.number(f))
    }

    fn number(&self, fields: &Fields) -> Option<u32> {
        number(&fields[*self.file.numbers.first()?])
    }

    /// Replaces the entry of the same name, or adds one.
    pub fn update(&mut self, fields: Fields) -> Result<(), Ambiguous> {
        let mut same = self.positions(&fields[0]);
        let row = |fields: Fields| Row { line: fields.join(&b':'), fields: Some(fields) };
        match (same.next(), same.next()) {
            (Some(_), Some(_)) => return Err(Ambiguous),
            (Some(at), None) => {
                drop(same);
                self.rows[at] = row(fields);
            }
            (None, _) => {
                drop(same);
                let nis = self.rows.iter().position(|r| r.line.starts_with(b"+") || r.line.starts_with(b"-"));
                self.rows.insert(nis.unwrap_or(self.rows.len()), row(fields));
            }
        }
        self.changed = true;
        Ok(())
    }

    /// Adds an entry at the very end, whatever has its name.
    pub fn append(&mut self, fields: Fields) {
        self.rows.push(Row { line: fields.join(&b':'), fields: Some(fields) });
        self.changed = true;
    }

    /// Removes the entry of a name; false if there is none, or several.
    pub fn remove(&mut self, name: &[u8]) -> bool {
        let mut same = self.positions(name);
        match (same.next(), same.next()) {
            (Some(at), None) => {
                drop(same);
                self.rows.remove(at);
                self.changed = true;
                true
            }
            _ => false,
        }
    }

    /// Removes every entry that `unwanted` says so of.
    pub fn remove_all(&mut self, unwanted: impl Fn(&Fields) -> bool) {
        let before = self.rows.len();
        self.rows.retain(|r| !r.fields.as_ref().is_some_and(&unwanted));
        self.changed |= self.rows.len() != before;
    }

    fn positions(&self, name: &[u8]) -> impl Iterator<Item = usize> {
        self.rows
            .iter()
            .enumerate()
            .filter(move |(_, r)| r.fields.as_ref().is_some_and(|f| f[0] == name))
            .map(|(n, _)| n)
    }

    /// Sorts entries as shadow-utils sort subordinate ids before they look for room: by first number, count, owner.
    pub fn sort_ranges(&mut self) {
        if self.rows.len() > 1 {
            let key = |r: &Row| {
                let Some(f) = &r.fields else { return (1, None, None, Vec::new()) };
                (0, number(&f[1]), number(&f[2]), f[0].clone())
            };
            self.rows.sort_by_key(key);
            self.changed = true;
        }
    }

    /// Writes the file if anything changed: what it was goes to `FILE-` with its mode, owner and time, and the new file takes
    /// its place with the same mode and owner. shadow-utils give neither more than 0664.
    pub fn close(&self, process: &mut Process<'_, '_>) -> Result<(), Errno> {
        if !self.changed {
            return Ok(());
        }
        let path = self.file.path;
        let old = process.lstat(path).ok().filter(|s| s.is_file());
        let (mode, uid, gid) = old.as_ref().map_or((self.file.mode, 0, 0), |s| (s.mode & 0o664, s.uid, s.gid));
        if let Some(old) = old {
            let bytes = process.read_file(path)?;
            let backup = [path, b"-"].concat();
            place(process, &backup, &bytes, mode, (uid, gid))?;
            process.set_mtime(&backup, old.mtime, true)?;
        }
        let new = [path, b"+"].concat();
        let bytes: Vec<u8> = self.rows.iter().flat_map(|r| r.line.iter().copied().chain([b'\n'])).collect();
        place(process, &new, &bytes, mode, (uid, gid))?;
        process.rename(&new, path)
    }
}

/// Writes a file in place, with exactly this mode and owner.
fn place(
    process: &mut Process<'_, '_>,
    path: &[u8],
    bytes: &[u8],
    mode: u16,
    (uid, gid): (u32, u32),
) -> Result<(), Errno> {
    let handle = process.open(path, Mode::WRITE)?;
    process.chown(path, Some(uid), Some(gid), true)?;
    process.chmod(path, mode)?;
    handle.write(process.stage, bytes)
}

/// `lckpwdf`: the file that locks them all stays.
pub(in crate::effects) fn lock(process: &mut Process<'_, '_>) {
    const LOCK: &[u8] = b"/etc/.pwd.lock";
    if !process.exists(LOCK) && process.write_file(LOCK, b"").is_ok() {
        let _ = process.chmod(LOCK, 0o600);
    }
}

fn parse(file: File, line: &[u8]) -> Option<Fields> {
    if matches!(line.first(), None | Some(b'+' | b'-')) {
        return None;
    }
    let fields: Fields = line.split(|&b| b == b':').map(<[u8]>::to_vec).collect();
    let sound = fields.len() == file.fields && file.numbers.iter().all(|&n| number(&fields[n]).is_some());
    sound.then_some(fields)
}

/// A decimal number as a field has it.
pub(in crate::effects) fn number(field: &[u8]) -> Option<u32> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

/// The names in a list.
pub(in crate::effects) fn members(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|&b| b == b',').filter(|m| !m.is_empty())
}

/// Whether a list has a name.
pub(in crate::effects) fn has_member(list: &[u8], name: &[u8]) -> bool {
    members(list).any(|m| m == name)
}

/// A list with a name at its end, unless it is in it already.
pub(in crate::effects) fn with_member(list: &[u8], name: &[u8]) -> Vec<u8> {
    if has_member(list, name) {
        return list.to_vec();
    }
    members(list).chain([name]).collect::<Vec<_>>().join(&b',')
}

/// A list without a name.
pub(in crate::effects) fn without_member(list: &[u8], name: &[u8]) -> Vec<u8> {
    members(list).filter(|m| *m != name).collect::<Vec<_>>().join(&b',')
}
