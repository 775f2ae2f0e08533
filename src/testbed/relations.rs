//! Dependencies as spec files write them, made into what headers and repodata carry.

use super::{
    files::Kind,
    spec::{Compression, Spec, When},
};

/// Bits of rpm's dependency flags (`rpmds.h`).
pub(super) mod sense {
    pub(in super::super) const LESS: u32 = 1 << 1;
    pub(in super::super) const GREATER: u32 = 1 << 2;
    pub(in super::super) const EQUAL: u32 = 1 << 3;
    pub(in super::super) const POSTTRANS: u32 = 1 << 5;
    pub(in super::super) const PRETRANS: u32 = 1 << 7;
    pub(in super::super) const INTERPRETER: u32 = 1 << 8;
    pub(in super::super) const SCRIPT_PRE: u32 = 1 << 9;
    pub(in super::super) const SCRIPT_POST: u32 = 1 << 10;
    pub(in super::super) const SCRIPT_PREUN: u32 = 1 << 11;
    pub(in super::super) const SCRIPT_POSTUN: u32 = 1 << 12;
    pub(in super::super) const TRIGGERIN: u32 = 1 << 16;
    pub(in super::super) const RPMLIB: u32 = 1 << 24;
    pub(in super::super) const CONFIG: u32 = 1 << 28;
}

/// A dependency as a header's three parallel arrays carry it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) flags: u32,
    pub(super) evr: String,
}

impl Dependency {
    fn new(name: impl Into<String>, flags: u32, evr: impl Into<String>) -> Self {
        Self { name: name.into(), flags, evr: evr.into() }
    }

    /// `name`, `name OP evr`, or `(rich dependency)`, plus flags of the context.
    pub(super) fn parse(text: &str, context: u32) -> Self {
        if text.starts_with('(') {
            return Self::new(text, context, "");
        }
        let mut words = text.split_whitespace();
        let name = words.next().unwrap_or_default();
        let flags = match words.next() {
            None => 0,
            Some("=") => sense::EQUAL,
            Some("<") => sense::LESS,
            Some("<=") => sense::LESS | sense::EQUAL,
            Some(">") => sense::GREATER,
            Some(">=") => sense::GREATER | sense::EQUAL,
            Some(other) => panic!("{other:?} in {text:?} is no comparison"),
        };
        Self::new(name, flags | context, words.next().unwrap_or_default())
    }
}

/// Flags of the dependency a scriptlet has on its interpreter, or `Requires(pre)` and its like.
pub(super) fn script_sense(when: When) -> u32 {
    match when {
        When::Pre => sense::SCRIPT_PRE,
        When::Post => sense::SCRIPT_POST,
        When::Preun => sense::SCRIPT_PREUN,
        When::Postun => sense::SCRIPT_POSTUN,
        When::Pretrans => sense::PRETRANS,
        When::Posttrans => sense::POSTTRANS,
        When::FileTriggerIn | When::TransFileTriggerIn | When::TriggerIn => 0,
    }
}

/// Everything a package requires: what the spec says and what rpmbuild adds (interpreters, `config()`, `rpmlib()`).
pub(super) fn requires(spec: &Spec) -> Vec<Dependency> {
    let mut all: Vec<Dependency> = spec.requires.iter().map(|(text, flags)| Dependency::parse(text, *flags)).collect();
    for script in &spec.scripts {
        let interpreter = script.program.split(' ').next().unwrap_or_default();
        if interpreter != "<lua>" {
            all.push(Dependency::new(interpreter, sense::INTERPRETER | script_sense(script.when), ""));
        }
    }
    if let Some(config) = config_dependency(spec) {
        all.push(config);
    }
    for (name, version) in rpmlib_features(spec, &all) {
        let flags = sense::RPMLIB | sense::LESS | sense::EQUAL;
        all.push(Dependency::new(format!("rpmlib({name})"), flags, version));
    }
    sorted(all)
}

/// The features rpm must have to read the package (rpm `lib/rpmds.c`).
fn rpmlib_features(spec: &Spec, requires: &[Dependency]) -> Vec<(&'static str, &'static str)> {
    let mut features = vec![("CompressedFileNames", "3.0.4-1"), ("PayloadFilesHavePrefix", "4.0-1")];
    if !spec.old_digests {
        features.push(("FileDigests", "4.6.0-1"));
    }
    features.extend(spec.compression.tags().2);
    if spec.files.iter().any(|f| !f.caps.is_empty()) {
        features.push(("FileCaps", "4.6.1-1"));
    }
    if spec.stripped_archive {
        features.push(("LargeFiles", "4.12.0-1"));
    }
    if spec.scripts.iter().any(|s| s.program == "<lua>") {
        features.push(("BuiltinLuaScripts", "4.2.2-1"));
    }
    if spec.scripts.iter().any(|s| s.program.contains(' ')) {
        features.push(("ScriptletInterpreterArgs", "4.0.3-1"));
    }
    if requires.iter().any(|d| d.name.starts_with('(')) {
        features.push(("RichDependencies", "4.12.0-1"));
    }
    let versions = format!("{}-{}", spec.evr().version, spec.evr().release);
    if versions.contains('~') {
        features.push(("TildeInVersions", "4.10.4-1"));
    }
    if versions.contains('^') {
        features.push(("CaretInVersions", "4.15.0-1"));
    }
    features
}

/// Everything a package provides: itself, `name(isa)`, `config(name)` and what the spec says.
pub(super) fn provides(spec: &Spec) -> Vec<Dependency> {
    let own = spec.evr().to_string();
    let mut all = vec![Dependency::new(&spec.nevra.name, sense::EQUAL, &own)];
    let isa = match spec.nevra.arch.as_str() {
        "x86_64" => "x86-64",
        "i686" => "x86-32",
        "aarch64" => "aarch-64",
        "ppc64le" => "ppc-64",
        "s390x" => "s390-64",
        _ => "",
    };
    if !isa.is_empty() {
        all.push(Dependency::new(format!("{}({isa})", spec.nevra.name), sense::EQUAL, &own));
    }
    all.extend(config_dependency(spec));
    all.extend(plain(&spec.provides));
    sorted(all)
}

fn config_dependency(spec: &Spec) -> Option<Dependency> {
    let has_config = spec.files.iter().any(|f| f.flags & 1 != 0 && matches!(f.kind, Kind::File(_)));
    has_config.then(|| {
        let name = format!("config({})", spec.nevra.name);
        Dependency::new(name, sense::CONFIG | sense::EQUAL, spec.evr().to_string())
    })
}

/// Dependencies with no context, sorted as rpmbuild sorts them.
pub(super) fn plain(texts: &[String]) -> Vec<Dependency> {
    sorted(texts.iter().map(|text| Dependency::parse(text, 0)).collect())
}

fn sorted(mut all: Vec<Dependency>) -> Vec<Dependency> {
    all.sort();
    all.dedup();
    all
}

impl Compression {
    /// The compression whose name is in `PAYLOADCOMPRESSOR`, for messages.
    pub fn name(self) -> &'static str {
        self.tags().0.unwrap_or("none")
    }
}
