//! rpm-md repository metadata: `repomd.xml`, `primary.xml`, `filelists.xml`, and the [`Catalog`] they become.
//!
//! ```text
//! repomd.xml ──▶ Repomd            which files, with which checksums
//! primary.xml ──▶ Builder ──▶ Catalog     one flat block of bytes: saved and loaded by a bulk copy
//! modules.yaml ──▶ Modules         comps.xml ──▶ Comps         updateinfo.xml ──▶ the packages of the advisories asked for
//! filelists.xml ──▶ who owns these paths?  never kept whole
//! "(a if b)" ──▶ Rich
//! ```
//!
//! Source of the formats: createrepo_c's `xml_dump_primary.c`, `xml_dump_filelists.c`, `xml_dump_repomd.c`; rpm's
//! dependency documentation (`docs/manual/boolean_dependencies.md`, `dependencies.md`).
//!
//! Everything here reads strangers' bytes: documents, elements, names and counts have ceilings, a document type
//! declaration is refused (entity bombs live there), and a cut-off document is an error, not a short repository.

mod arena;
mod builder;
mod catalog;
mod comps;
mod dependency;
mod error;
mod filelists;
mod metalink;
mod modules;
mod package;
mod primary;
mod repomd;
mod rich;
mod updateinfo;
mod xml;
mod yaml;

pub use builder::{Builder, PackageRecord};
pub use catalog::Catalog;
pub use comps::{Comps, Environment, Group, Member, MemberKind};
pub use dependency::{Requirement, Sense, ranges_overlap};
pub use error::RepodataError;
pub use filelists::owners_of;
pub use metalink::Metalink;
pub use modules::{ModuleDefaults, ModuleObsoletes, ModuleStream, Modules};
pub use package::{Dep, EvrRef, FileKind, PkgId, Relation, StrId};
pub use primary::read_primary;
pub use repomd::{DataFile, Repomd};
pub use rich::{Rich, RichError};
pub use updateinfo::{AdvisoryLimits, AdvisoryModule, Collection};

#[cfg(test)]
mod tests;
