//! `repomd.xml`: the list of a repository's metadata files.

use std::{collections::BTreeMap, io::BufRead};

use super::{
    RepodataError,
    xml::{Node, Xml},
};
use crate::terms::{Algorithm, Checksum};

/// The most a `repomd.xml` may have; real ones have a few KiB.
const LIMIT: u64 = 4 << 20;
const DOCUMENT: &str = "repomd.xml";

/// A repository's list of metadata files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repomd {
    /// `revision`, most often the time of the last change, as text.
    pub revision: String,
    /// The files by type: `primary`, `filelists`, `modules`, `group`, …
    pub data: BTreeMap<String, DataFile>,
}

/// One metadata file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataFile {
    /// Path relative to the repository, or to [`DataFile::base`].
    pub href: String,
    /// `xml:base`, where it is given.
    pub base: Option<String>,
    /// Checksum of the file as stored (compressed).
    pub checksum: Option<Checksum>,
    /// Checksum of the decompressed document.
    pub open_checksum: Option<Checksum>,
    /// Bytes as stored.
    pub size: Option<u64>,
    /// Bytes decompressed.
    pub open_size: Option<u64>,
    /// Seconds since 1970.
    pub timestamp: u64,
}

impl Repomd {
    /// Parses the document.
    ///
    /// # Errors
    /// Malformed, oversized or truncated XML; a file without location or checksum; an unknown checksum type of
    /// `primary` or `filelists` (of other files it is only left out).
    pub fn parse(bytes: impl BufRead) -> Result<Self, RepodataError> {
        let mut xml = Xml::new(DOCUMENT, bytes, LIMIT);
        let mut out = Self::default();
        let mut current: Option<(String, DataFile)> = None;
        let mut algorithm = String::new();
        loop {
            match xml.step()? {
                Node::Start => match (xml.name(), &mut current) {
                    ("data", None) => {
                        let mut kind = String::new();
                        xml.attributes(|k, v| {
                            if k == "type" {
                                kind = v.to_owned();
                            }
                            Ok(())
                        })?;
                        current = Some((kind, DataFile::default()));
                    }
                    ("location", Some((_, file))) => xml.attributes(|k, v| {
                        match k {
                            "href" => file.href = v.to_owned(),
                            "base" => file.base = Some(v.to_owned()),
                            _ => {}
                        }
                        Ok(())
                    })?,
                    ("checksum" | "open-checksum", Some(_)) => xml.attributes(|k, v| {
                        if k == "type" {
                            algorithm = v.to_owned();
                        }
                        Ok(())
                    })?,
                    _ => {}
                },
                Node::End => match (xml.name(), &mut current) {
                    ("revision", None) => out.revision = xml.text.trim().to_owned(),
                    ("data", _) => {
                        if let Some((kind, file)) = current.take() {
                            finish(&mut out, kind, file)?;
                        }
                    }
                    (name, Some((_, file))) => field(file, name, &algorithm, xml.text.trim())?,
                    _ => {}
                },
                Node::Eof => break,
            }
        }
        if !out.data.contains_key("primary") {
            return Err(RepodataError::Missing { document: DOCUMENT, what: "the primary file" });
        }
        Ok(out)
    }
}

fn field(file: &mut DataFile, name: &str, algorithm: &str, text: &str) -> Result<(), RepodataError> {
    let number = || text.split('.').next().unwrap_or_default().parse::<u64>();
    match name {
        "checksum" => file.checksum = checksum(algorithm, text)?,
        "open-checksum" => file.open_checksum = checksum(algorithm, text)?,
        "size" => file.size = Some(number().map_err(|_| RepodataError::invalid(DOCUMENT, "a size", text))?),
        "open-size" => {
            file.open_size = Some(number().map_err(|_| RepodataError::invalid(DOCUMENT, "an open-size", text))?);
        }
        "timestamp" => file.timestamp = number().unwrap_or(0),
        _ => {}
    }
    Ok(())
}

fn checksum(algorithm: &str, text: &str) -> Result<Option<Checksum>, RepodataError> {
    match Algorithm::from_name(algorithm) {
        None => Ok(None),
        Some(a) => Checksum::new(a, text).map(Some).map_err(|_| RepodataError::invalid(DOCUMENT, "a checksum", text)),
    }
}

fn finish(out: &mut Repomd, kind: String, file: DataFile) -> Result<(), RepodataError> {
    if out.data.len() > 200 {
        return Err(RepodataError::TooLarge { document: DOCUMENT, what: "a number of files", limit: 200 });
    }
    if file.href.is_empty() {
        return Err(RepodataError::Missing { document: DOCUMENT, what: "a file's location" });
    }
    if file.checksum.is_none() && matches!(kind.as_str(), "primary" | "filelists") {
        return Err(RepodataError::Missing { document: DOCUMENT, what: "a usable checksum of primary or filelists" });
    }
    // The first of a kind counts, as for dnf.
    out.data.entry(kind).or_insert(file);
    Ok(())
}
