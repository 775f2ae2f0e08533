//! `filelists.xml`: read past, never kept. What is asked is always "who owns these few paths?".

use std::{
    collections::{BTreeMap, BTreeSet},
    io::BufRead,
};

use super::{
    RepodataError,
    xml::{Node, Xml},
};

const DOCUMENT: &str = "filelists.xml";

/// For each wanted path the `pkgid`s (checksums as hex digits, in document order) of the packages that own it; paths
/// nobody owns have no entry. `limit` is the most bytes the decompressed document may have.
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
            Node::End if xml.name() == "file" && wanted.contains(&xml.text) => match out.get_mut(&xml.text) {
                Some(owners) if owners.last() == Some(&pkgid) => {}
                Some(owners) => owners.push(pkgid.clone()),
                None => drop(out.insert(xml.text.clone(), vec![pkgid.clone()])),
            },
            Node::Start | Node::End => {}
            Node::Eof => return Ok(out),
        }
    }
}
