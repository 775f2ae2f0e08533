//! Accounts that packages provide (rpm 4.19 `runSysusers`): `Provides: user(NAME) = BASE64` holds a line of sysusers.d, which
//! `systemd-sysusers` is given before anything else of the package. rpm runs its own, outside the root; so do we.

use std::collections::BTreeMap;

use base64::Engine as _;

use super::error::{ScriptletFailure, TransactionError};
use crate::{
    effects::{
        Budget, Log, Stage, commands,
        process::{Handle, Process, Status},
    },
    formats::rpm::{FileEntry, Header, Relation, Tag, sense},
    terms::Nevra,
};

/// `RPMTAG_FILEDEPENDSX`, `FILEDEPENDSN`, `DEPENDSDICT`: which file each dependency was found in.
const FILE_DEPENDS: [Tag; 3] = [Tag(1143), Tag(1144), Tag(1145)];
/// Bytes of what it prints that are kept.
const KEPT: usize = 4096;

/// Creates the accounts a package provides.
pub(super) fn create(
    stage: &mut Stage<'_>,
    package: &Nevra,
    header: &Header,
    files: &[FileEntry],
) -> Result<(), TransactionError> {
    let Some(command) = commands::find(b"systemd-sysusers") else { return Ok(()) };
    for (file, lines) in provided(header, files) {
        stage.budget = Budget::default();
        stage.log = Log::default();
        let mut args = vec![b"systemd-sysusers".to_vec()];
        if !file.is_empty() {
            args.extend([b"--replace".to_vec(), file]);
        }
        args.push(b"-".to_vec());
        let output = Handle::collecting_at_most(KEPT);
        let status = command(&mut Process::start(stage, args, Handle::reading(lines), output.clone()));
        if status != Status::SUCCESS {
            let output = String::from_utf8_lossy(&output.take()).trim().to_owned();
            let source = ScriptletFailure { what: format!("exit status {}", status.0), line: 0, output };
            return Err(TransactionError::Scriptlet { package: package.clone(), scriptlet: "%sysusers", source });
        }
    }
    Ok(())
}

/// Lines by the file they are from, in the order of its first.
fn provided(header: &Header, files: &[FileEntry]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let provides = header.dependencies(Relation::Provides).unwrap_or_default();
    let is_account = |name: &str| name.starts_with("user(") || name.starts_with("group(");
    let mut out: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    let mut sources = None;
    for (index, provide) in provides.iter().enumerate() {
        if !is_account(&provide.name) || provide.flags & sense::EQUAL == 0 {
            continue;
        }
        let Some(mut line) = decoded(&provide.evr) else { continue };
        line.push(b'\n');
        let sources = sources.get_or_insert_with(|| sources_of(header, files));
        let file = sources.get(&index).cloned().unwrap_or_default();
        match out.iter_mut().find(|(known, _)| *known == file) {
            Some((_, lines)) => lines.extend(line),
            None => out.push((file, line)),
        }
    }
    out
}

/// The text behind a version; the zeros that fill it up are no part of it.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
    let end = bytes.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1);
    Some(bytes[..end].to_vec())
}

/// The first file each provide was found in.
fn sources_of(header: &Header, files: &[FileEntry]) -> BTreeMap<usize, Vec<u8>> {
    let mut out = BTreeMap::new();
    let [Some(starts), Some(counts), Some(dict)] = FILE_DEPENDS.map(|tag| header.u32s(tag)) else { return out };
    for (file, (&start, &count)) in files.iter().zip(starts.iter().zip(&counts)) {
        let found = dict.iter().skip(start as usize).take(count as usize);
        for entry in found.filter(|entry| *entry >> 24 == u32::from(b'P')) {
            out.entry((entry & 0x00ff_ffff) as usize).or_insert_with(|| file.path.clone());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn lines_lose_their_padding() {
        assert_eq!(decoded("dSBmb28gLQAA").as_deref(), Some(&b"u foo -"[..]));
        assert_eq!(decoded("1:2-3"), None);
    }
}
