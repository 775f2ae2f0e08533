//! Facts that scriptlets' programs will ask for, worked out beforehand: once, on all cores, each package read from end to end.

use std::io;

use super::rows::Row;
use crate::{
    effects::{Stage, depmod, ldconfig},
    formats::rpm::{FileEntry, link_sets},
    rootfs::{Content, Kind, PackageId, install::Package},
};

/// Prepares for the programs that any of the scriptlets mentions.
pub(super) fn prepare(stage: &Stage<'_>, rows: &[Row]) -> io::Result<()> {
    let named = |program: &str| {
        let names = |text: &str| text.contains(program);
        let mut scriptlets = rows.iter().flat_map(|r| &r.scriptlets);
        scriptlets.any(|s| s.program.iter().any(|p| names(p)) || s.body.as_deref().is_some_and(names))
    };
    let (libraries, modules) = (named("ldconfig"), named("depmod"));
    if !libraries && !modules {
        return Ok(());
    }
    let files = candidates(stage, rows);
    let wanted = |is_candidate: fn(&[u8]) -> bool| -> Vec<Content> {
        let name = |path: &[u8]| path.rsplit(|&b| b == b'/').next().map(<[u8]>::to_vec).unwrap_or_default();
        files.iter().filter(|(path, _)| is_candidate(&name(path))).map(|(_, content)| content.clone()).collect()
    };
    if modules {
        depmod::prepare(stage.contents, &wanted(depmod::is_candidate))?;
    }
    if libraries {
        ldconfig::prepare(stage.contents, &wanted(ldconfig::is_candidate))?;
    }
    Ok(())
}

/// The regular files there are and will be, with where their bytes are.
fn candidates(stage: &Stage<'_>, rows: &[Row]) -> Vec<(Vec<u8>, Content)> {
    let there = stage.fs.iter().filter_map(|(path, _, node)| match &node.kind {
        Kind::File { content, .. } => Some((path.as_bytes().to_vec(), content.clone())),
        _ => None,
    });
    let mut out: Vec<_> = there.collect();
    for row in rows {
        if let Package::New(package) = row.who {
            coming(package, &row.files, &mut out);
        }
    }
    out
}

/// A new package's files; the bytes of a hardlink set stand with its last member.
fn coming(package: PackageId, files: &[FileEntry], out: &mut Vec<(Vec<u8>, Content)>) {
    let sets = link_sets(files);
    for (index, file) in files.iter().enumerate().filter(|(_, f)| f.is_regular() && !f.is_ghost()) {
        let carrier = sets.get(&index).and_then(|set| set.last().copied()).unwrap_or(index);
        out.push((file.path.clone(), Content::Package { package, file: carrier as u32 }));
    }
}
