//! Where lines go: standard output, files of `w`, and files being replaced.

use super::Settings;
use crate::effects::process::{Errno, Handle, Mode, Process};

/// An output; a line that came without its newline goes out so, and gets it when something follows.
#[derive(Clone, Debug)]
pub(super) struct Output {
    pub handle: Handle,
    unfinished: bool,
}

impl Output {
    pub fn new(handle: Handle) -> Self {
        Self { handle, unfinished: false }
    }

    /// A line; its delimiter only where `whole`.
    pub fn line(&mut self, process: &mut Process<'_, '_>, line: &[u8], delimiter: u8, whole: bool) {
        let before: &[u8] = if self.unfinished { &[delimiter] } else { &[] };
        let after: &[u8] = if whole { &[delimiter] } else { &[] };
        let _ = self.handle.write(process.stage, &[before, line, after].concat());
        self.unfinished = !whole;
    }

    /// Bytes as they are.
    pub fn raw(&mut self, process: &mut Process<'_, '_>, bytes: &[u8], delimiter: u8) {
        let before: &[u8] = if self.unfinished { &[delimiter] } else { &[] };
        let _ = self.handle.write(process.stage, &[before, bytes].concat());
        self.unfinished = false;
    }
}

/// Opens a file of `w`.
pub(super) fn open(process: &mut Process<'_, '_>, name: &[u8]) -> Result<Handle, Errno> {
    process.open(name, Mode::WRITE)
}

/// Puts `bytes` in the place of a file, as `-i` does: a new file of the old one's mode and owner takes its name, so that other
/// names of the old one keep the old bytes, and a symlink becomes a file.
pub(super) fn replace(
    process: &mut Process<'_, '_>,
    name: &[u8],
    bytes: &[u8],
    settings: &Settings,
) -> Result<(), Errno> {
    let target = if settings.follow_symlinks {
        [b"/", process.locate(name, true)?.0.as_bytes()].concat()
    } else {
        name.to_vec()
    };
    let stat = process.stat(&target)?;
    let backup = settings.in_place.as_ref().and_then(|s| s.as_ref()).map(|suffix| backup_name(&target, suffix));
    if settings.copy {
        if let Some(backup) = backup {
            let old = process.read_file(&target)?;
            process.write_file(&backup, &old)?;
        }
        return process.write_file(&target, bytes);
    }
    let temporary = [directory(&target), format!("sed{:06}", process.stage.next_serial()).as_bytes()].concat();
    let exclusive = Mode { exclusive: true, ..Mode::WRITE };
    process.open(&temporary, exclusive)?.write(process.stage, bytes)?;
    process.chown(&temporary, Some(stat.uid), Some(stat.gid), false)?;
    process.chmod(&temporary, stat.mode)?;
    let renamed = match backup {
        Some(backup) => process.rename(&target, &backup),
        None => Ok(()),
    };
    renamed.and_then(|()| process.rename(&temporary, &target)).inspect_err(|_| {
        let _ = process.unlink(&temporary);
    })
}

/// With its slash; empty for a plain name.
fn directory(name: &[u8]) -> &[u8] {
    name.iter().rposition(|&b| b == b'/').map_or(&[], |at| &name[..=at])
}

/// A suffix is appended, or has a `*` for each place the name goes; with a slash in it, it names another directory.
fn backup_name(name: &[u8], suffix: &[u8]) -> Vec<u8> {
    let (directory, base) = name.split_at(directory(name).len());
    let new = if suffix.contains(&b'*') {
        suffix.split(|&b| b == b'*').collect::<Vec<_>>().join(base)
    } else {
        [base, suffix].concat()
    };
    if new.contains(&b'/') { new } else { [directory, &new].concat() }
}
