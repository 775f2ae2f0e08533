//! What a header provides, requires and so on.

use super::{
    Header, HeaderError, Tag,
    files::{exact, or_zero},
};
use crate::terms::Evr;

/// Sense bits of dependencies and trigger conditions (rpm `rpmsenseFlags`).
pub mod sense {
    /// `<`.
    pub const LESS: u32 = 1 << 1;
    /// `>`.
    pub const GREATER: u32 = 1 << 2;
    /// `=`.
    pub const EQUAL: u32 = 1 << 3;
    /// Needed by `%posttrans`.
    pub const POSTTRANS: u32 = 1 << 5;
    /// Old form of "needed by a scriptlet".
    pub const PREREQ: u32 = 1 << 6;
    /// Needed by `%pretrans`.
    pub const PRETRANS: u32 = 1 << 7;
    /// A scriptlet's interpreter.
    pub const INTERP: u32 = 1 << 8;
    /// Needed by `%pre`.
    pub const SCRIPT_PRE: u32 = 1 << 9;
    /// Needed by `%post`.
    pub const SCRIPT_POST: u32 = 1 << 10;
    /// Needed by `%preun`.
    pub const SCRIPT_PREUN: u32 = 1 << 11;
    /// Needed by `%postun`.
    pub const SCRIPT_POSTUN: u32 = 1 << 12;
    /// Needed by `%verifyscript`.
    pub const SCRIPT_VERIFY: u32 = 1 << 13;
    /// Condition of `%triggerin`.
    pub const TRIGGERIN: u32 = 1 << 16;
    /// Condition of `%triggerun`.
    pub const TRIGGERUN: u32 = 1 << 17;
    /// Condition of `%triggerpostun`.
    pub const TRIGGERPOSTUN: u32 = 1 << 18;
    /// `rpmlib(…)`.
    pub const RPMLIB: u32 = 1 << 24;
    /// Condition of `%triggerprein`.
    pub const TRIGGERPREIN: u32 = 1 << 25;
    /// From a public key.
    pub const KEYRING: u32 = 1 << 26;
    /// Provided by `%config`.
    pub const CONFIG: u32 = 1 << 28;
    /// `Requires(meta)`.
    pub const META: u32 = 1 << 29;
}

/// A kind of dependency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// `Requires`.
    Requires,
    /// `Provides`.
    Provides,
    /// `Conflicts`.
    Conflicts,
    /// `Obsoletes`.
    Obsoletes,
    /// `Recommends`.
    Recommends,
    /// `Suggests`.
    Suggests,
    /// `Supplements`.
    Supplements,
    /// `Enhances`.
    Enhances,
    /// `OrderWithRequires`.
    OrderWith,
}

impl Relation {
    /// The tags of names, senses and versions.
    pub fn tags(self) -> [Tag; 3] {
        match self {
            Self::Requires => [Tag::REQUIRENAME, Tag::REQUIREFLAGS, Tag::REQUIREVERSION],
            Self::Provides => [Tag::PROVIDENAME, Tag::PROVIDEFLAGS, Tag::PROVIDEVERSION],
            Self::Conflicts => [Tag::CONFLICTNAME, Tag::CONFLICTFLAGS, Tag::CONFLICTVERSION],
            Self::Obsoletes => [Tag::OBSOLETENAME, Tag::OBSOLETEFLAGS, Tag::OBSOLETEVERSION],
            Self::Recommends => [Tag::RECOMMENDNAME, Tag::RECOMMENDFLAGS, Tag::RECOMMENDVERSION],
            Self::Suggests => [Tag::SUGGESTNAME, Tag::SUGGESTFLAGS, Tag::SUGGESTVERSION],
            Self::Supplements => [Tag::SUPPLEMENTNAME, Tag::SUPPLEMENTFLAGS, Tag::SUPPLEMENTVERSION],
            Self::Enhances => [Tag::ENHANCENAME, Tag::ENHANCEFLAGS, Tag::ENHANCEVERSION],
            Self::OrderWith => [Tag::ORDERNAME, Tag::ORDERFLAGS, Tag::ORDERVERSION],
        }
    }
}

/// A dependency as the header has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// A package, a capability, a path, or a rich dependency in parentheses.
    pub name: String,
    /// See [`sense`].
    pub flags: u32,
    /// `[epoch:]version[-release]`, empty when unversioned.
    pub evr: String,
}

impl Header {
    /// The dependencies of one kind, in header order.
    ///
    /// # Errors
    /// [`HeaderError::Count`] when names, senses and versions are not equally many.
    pub fn dependencies(&self, relation: Relation) -> Result<Vec<Dependency>, HeaderError> {
        let [names, flags, versions] = relation.tags();
        let n = self.count(names);
        // packages of rpm 3 had neither senses nor versions of provides
        let flags = or_zero(flags, self.u32s(flags), n)?;
        let evrs = match self.count(versions) {
            0 => vec![String::new(); n],
            _ => exact(versions, self.texts(versions).into_iter().map(Into::into).collect(), n)?,
        };
        let names = exact(names, self.texts(names), n)?;
        let rows = names.into_iter().zip(flags).zip(evrs);
        Ok(rows.map(|((name, flags), evr)| Dependency { name: name.into_owned(), flags, evr }).collect())
    }
}

/// Features of the package format that can be read here, each with the version that brought it
/// (rpm 4.18 `lib/rpmds.c`, `rpmlibProvides`).
const RPMLIB: &[(&str, &str)] = &[
    ("rpmlib(BuiltinLuaScripts)", "4.2.2-1"),
    ("rpmlib(CaretInVersions)", "4.15.0-1"),
    ("rpmlib(CompressedFileNames)", "3.0.4-1"),
    ("rpmlib(ConcurrentAccess)", "4.1-1"),
    ("rpmlib(DynamicBuildRequires)", "4.15.0-1"),
    ("rpmlib(ExplicitPackageProvide)", "4.0-1"),
    ("rpmlib(FileCaps)", "4.6.1-1"),
    ("rpmlib(FileDigests)", "4.6.0-1"),
    ("rpmlib(HeaderLoadSortsTags)", "4.0.1-1"),
    ("rpmlib(LargeFiles)", "4.12.0-1"),
    ("rpmlib(PartialHardlinkSets)", "4.0.4-1"),
    ("rpmlib(PayloadFilesHavePrefix)", "4.0-1"),
    ("rpmlib(PayloadIsBzip2)", "3.0.5-1"),
    ("rpmlib(PayloadIsLzma)", "4.4.2-1"),
    ("rpmlib(PayloadIsXz)", "5.2-1"),
    ("rpmlib(PayloadIsZstd)", "5.4.18-1"),
    ("rpmlib(RichDependencies)", "4.12.0-1"),
    ("rpmlib(ScriptletExpansion)", "4.9.0-1"),
    ("rpmlib(ScriptletInterpreterArgs)", "4.0.3-1"),
    ("rpmlib(TildeInVersions)", "4.10.0-1"),
    ("rpmlib(VersionedDependencies)", "3.0.3-1"),
];

/// The `rpmlib(…)` requirements that name a feature unknown here: a package that has any must not be installed.
///
/// A malformed list of requirements counts as one unknown feature.
pub fn unsupported_rpmlib(header: &Header) -> Vec<String> {
    let Ok(requires) = header.dependencies(Relation::Requires) else {
        return vec!["rpmlib(malformed requirements)".to_owned()];
    };
    let unknown = |d: &Dependency| match RPMLIB.iter().find(|(name, _)| *name == d.name) {
        Some((_, known)) => !admits(d, known),
        None => d.name.starts_with("rpmlib("),
    };
    let spelled = |d: Dependency| format!("{} {}", d.name, d.evr).trim_end().to_owned();
    requires.into_iter().filter(unknown).map(spelled).collect()
}

/// Whether the requirement accepts the known feature's version.
fn admits(d: &Dependency, known: &str) -> bool {
    let bits = d.flags & (sense::LESS | sense::GREATER | sense::EQUAL);
    if d.evr.is_empty() || bits == 0 {
        return true;
    }
    let (Ok(known), Ok(wanted)) = (known.parse::<Evr>(), d.evr.parse::<Evr>()) else { return false };
    let bit = match known.matches(&wanted) {
        std::cmp::Ordering::Less => sense::LESS,
        std::cmp::Ordering::Equal => sense::EQUAL,
        std::cmp::Ordering::Greater => sense::GREATER,
    };
    bits & bit != 0
}
