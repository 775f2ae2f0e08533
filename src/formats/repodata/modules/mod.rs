//! `modules.yaml`: module streams, default streams and obsoletes.
//!
//! Source of the format: libmodulemd's `yaml_specs` (`modulemd_stream_v2.yaml`, `modulemd_defaults_v1.yaml`,
//! `modulemd_obsoletes_v1.yaml`). A document that cannot be used is left out and named, as libmodulemd's
//! `modulemd_module_index_update_from_string` does; one that is no YAML at all ends everything.

mod documents;

use std::{collections::BTreeMap, io::Read};

use super::{
    RepodataError,
    yaml::{LIMIT, documents},
};

const DOCUMENT: &str = "modules.yaml";

/// One build of a stream, for one architecture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModuleStream {
    /// The module.
    pub name: String,
    /// The stream.
    pub stream: String,
    /// Newer builds have higher ones.
    pub version: u64,
    /// What it was built against, as a short digest.
    pub context: String,
    /// Architecture as RPM spells it; empty: any.
    pub arch: String,
    /// Whether the context is a name the packager gave, which separates builds from each other.
    pub static_context: bool,
    /// Alternatives of what it needs: module to streams. No streams: any; `-STREAM`: any but that.
    pub requires: Vec<BTreeMap<String, Vec<String>>>,
    /// Profiles: names of packages to install.
    pub profiles: BTreeMap<String, Vec<String>>,
    /// Its packages, `NAME-EPOCH:VERSION-RELEASE.ARCH`.
    pub artifacts: Vec<String>,
    /// Names that are no longer part of the module.
    pub demodularized: Vec<String>,
}

/// The default stream of a module and the default profiles of its streams.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModuleDefaults {
    /// The module.
    pub module: String,
    /// When it was last changed: the newest counts.
    pub modified: u64,
    /// The stream that is active unless another is enabled.
    pub stream: Option<String>,
    /// Stream to default profiles.
    pub profiles: BTreeMap<String, Vec<String>>,
}

/// The end of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModuleObsoletes {
    /// The module.
    pub module: String,
    /// The stream.
    pub stream: String,
    /// Only this context of it.
    pub context: Option<String>,
    /// When this was last changed, as written.
    pub modified: String,
    /// When the stream ends, as written; at once where it is missing.
    pub eol: Option<String>,
    /// Module and stream that take its place.
    pub by: Option<(String, String)>,
    /// Whether earlier obsoletes of the stream are void.
    pub reset: bool,
}

/// What one `modules.yaml` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Modules {
    /// The streams, in the document's order.
    pub streams: Vec<ModuleStream>,
    /// The defaults.
    pub defaults: Vec<ModuleDefaults>,
    /// The obsoletes.
    pub obsoletes: Vec<ModuleObsoletes>,
    /// Documents left out, and why.
    pub skipped: Vec<String>,
}

impl Modules {
    /// Reads all documents of a (decompressed) file.
    ///
    /// # Errors
    /// No UTF-8, no YAML, aliases, or more of anything than a repository has.
    pub fn read(bytes: impl Read) -> Result<Self, RepodataError> {
        let mut text = Vec::new();
        let io = |source| RepodataError::Read { document: DOCUMENT, source };
        bytes.take(LIMIT + 1).read_to_end(&mut text).map_err(io)?;
        if text.len() as u64 > LIMIT {
            return Err(RepodataError::TooLarge { document: DOCUMENT, what: "a size", limit: LIMIT });
        }
        let text = String::from_utf8(text).map_err(|e| {
            RepodataError::invalid(
                DOCUMENT,
                "bytes that are no UTF-8",
                &String::from_utf8_lossy(&e.as_bytes()[e.utf8_error().valid_up_to()..][..1]),
            )
        })?;
        let mut out = Self::default();
        documents(DOCUMENT, &text, |document| {
            out.add(document);
            Ok(())
        })?;
        Ok(out)
    }
}

#[cfg(test)]
mod tests;
