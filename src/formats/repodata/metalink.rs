//! `metalink`: mirrors of a repository, and what its `repomd.xml` must be. Source of the format: metalink 3.0 as
//! MirrorManager writes it.

use std::io::BufRead;

use super::{
    RepodataError,
    xml::{Node, Xml},
};
use crate::terms::{Algorithm, Checksum, ChecksumHasher};

const LIMIT: u64 = 4 << 20;
const DOCUMENT: &str = "metalink";
const REPOMD: &str = "/repodata/repomd.xml";
/// The most mirrors kept.
const MAX: usize = 1000;

/// Mirrors and checksums of one `repomd.xml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metalink {
    /// Addresses of the repository, the preferred first; http, https and file only.
    pub mirrors: Vec<String>,
    /// The strongest checksum of the current `repomd.xml`. Older ones (`alternates`) do not count, as they do not for librepo:
    /// another mirror has the current one.
    pub checksum: Option<Checksum>,
}

impl Metalink {
    /// Parses the document.
    ///
    /// # Errors
    /// Malformed, oversized or truncated XML; a malformed checksum; no usable checksum at all.
    pub fn parse(bytes: impl BufRead) -> Result<Self, RepodataError> {
        let mut xml = Xml::new(DOCUMENT, bytes, LIMIT);
        let (mut out, mut mirrors) = (Self::default(), Vec::new());
        let (mut here, mut kind, mut preference) = (false, String::new(), 0i64);
        let mut older = false;
        loop {
            match xml.step()? {
                Node::Start => match xml.name() {
                    "file" => xml.attributes(|k, v| {
                        if k == "name" {
                            here = v == "repomd.xml";
                        }
                        Ok(())
                    })?,
                    "alternates" => older = true,
                    "hash" | "url" => {
                        preference = 0;
                        xml.attributes(|k, v| {
                            match k {
                                "type" => v.clone_into(&mut kind),
                                "preference" => preference = v.parse().unwrap_or(0),
                                _ => {}
                            }
                            Ok(())
                        })?;
                    }
                    _ => {}
                },
                Node::End if here => match xml.name() {
                    "alternates" => older = false,
                    "hash" if !older => {
                        if let Some(algorithm) = Algorithm::from_name(&kind) {
                            let sum = Checksum::new(algorithm, xml.text.trim())
                                .map_err(|_| RepodataError::invalid(DOCUMENT, "a checksum", &xml.text))?;
                            if out.checksum.as_ref().is_none_or(|s| s.hex().len() < sum.hex().len()) {
                                out.checksum = Some(sum);
                            }
                        }
                    }
                    "url" if mirrors.len() < MAX => {
                        let url = xml.text.trim();
                        let known = ["http://", "https://", "file://"].iter().any(|s| url.starts_with(s));
                        if let (true, Some(base)) = (known, url.strip_suffix(REPOMD)) {
                            mirrors.push((preference, base.to_owned()));
                        }
                    }
                    "file" => here = false,
                    _ => {}
                },
                Node::End => {}
                Node::Eof => break,
            }
        }
        if out.checksum.is_none() {
            return Err(RepodataError::Missing { document: DOCUMENT, what: "a usable checksum of repomd.xml" });
        }
        mirrors.sort_by_key(|(preference, _)| std::cmp::Reverse(*preference));
        out.mirrors = mirrors.into_iter().map(|(_, url)| url).collect();
        Ok(out)
    }

    /// Whether these bytes are the current `repomd.xml`.
    pub fn allows(&self, repomd: &[u8]) -> bool {
        self.checksum.as_ref().is_some_and(|sum| {
            let mut hasher = ChecksumHasher::new(sum.algorithm());
            hasher.update(repomd);
            hasher.finish() == *sum
        })
    }
}
