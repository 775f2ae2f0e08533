//! `filelists.xml`: read past, never kept. What is asked is always "who owns these few paths?".

use std::{
    collections::{BTreeMap, BTreeSet},
    io::BufRead,
};

use globset::{Glob, GlobMatcher};

use super::{
    RepodataError,
    xml::{Node, Xml},
};

const DOCUMENT: &str = "filelists.xml";

/// The wanted paths that are patterns.
fn patterns(wanted: &BTreeSet<String>) -> Vec<(&str, GlobMatcher)> {
    let globs = wanted.iter().filter(|w| w.contains(['*', '?', '[']));
    globs.filter_map(|w| Some((w.as_str(), Glob::new(w).ok()?.compile_matcher()))).collect()
}

/// For each wanted path the `pkgid`s (checksums as hex digits, in document order) of the packages that own it; paths
/// nobody owns have no entry. A wanted path with `*`, `?` or `[` is a pattern, and its owners stand under it; `*` matches
/// slashes too. `limit` is the most bytes the decompressed document may have.
///
/// # Errors
/// Damaged, truncated or oversized XML.
pub fn owners_of(
    bytes: impl BufRead,
    limit: u64,
    wanted: &BTreeSet<String>,
) -> Result<BTreeMap<String, Vec<String>>, RepodataError> {
    let mut xml = Xml::new(DOCUMENT, bytes, limit);
    let mut out = BTreeMap::<String, Vec<String>>::new();
    let patterns = patterns(wanted);
    let mut pkgid = String::new();
    loop {
        match xml.step()? {
            Node::Start if xml.name() == "package" => {
                pkgid.clear();
                xml.attributes(|k, v| {
                    if k == "pkgid" {
                        if v.len() > 128 {
                            return Err(RepodataError::invalid(DOCUMENT, "a pkgid", v));
                        }
                        pkgid.push_str(v);
                    }
                    Ok(())
                })?;
                if pkgid.is_empty() {
                    return Err(RepodataError::Missing { document: DOCUMENT, what: "a package's pkgid" });
                }
            }
            Node::End if xml.name() == "file" => {
                let exact = wanted.contains(&xml.text).then_some(xml.text.as_str());
                let like = patterns.iter().filter(|(_, glob)| glob.is_match(&xml.text)).map(|(text, _)| *text);
                for key in exact.into_iter().chain(like) {
                    match out.get_mut(key) {
                        Some(owners) if owners.last() == Some(&pkgid) => {}
                        Some(owners) => owners.push(pkgid.clone()),
                        None => drop(out.insert(key.to_owned(), vec![pkgid.clone()])),
                    }
                }
            }
            Node::Start | Node::End => {}
            Node::Eof => return Ok(out),
        }
    }
}
