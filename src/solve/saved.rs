//! A request in a file: everything a solution depends on, for a bug report. No addresses but `xml:base`, without
//! credentials.
//!
//! ```text
//! "drydock problem 1\n"   zstd( JSON of a Saved )
//! ```

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, BufRead, BufReader, Read, Write},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{
    Installed, Masks, Member, Request, Source, Standing,
    streams::{ActiveStream, Choice},
};
use crate::{
    formats::{
        compression::sniffing_decoder,
        repodata::{Catalog, FileKind, PackageRecord, PkgId, Relation, RepodataError, Sense},
    },
    terms::{self, Checksum, Class, Evr, Fault, Nevra, stripped},
};

/// Begins every file, before the number of its format.
const MAGIC: &str = "drydock problem ";
/// The format written, and the only one read.
const VERSION: u32 = 1;
/// The most a file may unpack to.
const LIMIT: u64 = 4 << 30;

/// What is saved: the requests of one command.
#[derive(Clone, Debug)]
pub struct Problem {
    /// One per architecture.
    pub parts: Vec<(Request, Choice)>,
    /// Whether equal versions are asked for.
    pub same_versions: bool,
}

/// A file that is no saved problem.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProblemError {
    /// It begins otherwise.
    #[error("it is no file that `drydock resolve --save-problem` wrote")]
    Foreign,
    /// Of another version of drydock.
    #[error("it has the format {found}, and this drydock reads {VERSION}")]
    Version {
        /// The number in it.
        found: String,
    },
    /// Cut off, edited or broken.
    #[error("it is damaged")]
    Damaged(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Fault for ProblemError {
    fn class(&self) -> Class {
        Class::Usage
    }
}

#[derive(Serialize, Deserialize)]
struct Saved {
    same_versions: bool,
    parts: Vec<Part>,
}

#[derive(Serialize, Deserialize)]
struct Part {
    arch: terms::Arch,
    specs: Vec<String>,
    try_specs: Vec<String>,
    wishes: Vec<String>,
    excludes: Vec<String>,
    includes: Vec<String>,
    advised: Option<BTreeSet<Nevra>>,
    best: bool,
    weak: bool,
    installonly: Vec<String>,
    protected: Vec<String>,
    members: Vec<SavedMember>,
    active: BTreeSet<Nevra>,
    inactive: Vec<(Nevra, String)>,
    names: BTreeMap<String, String>,
    streams: Vec<ActiveStream>,
    installed: Option<SavedSource>,
    sources: Vec<SavedSource>,
}

#[derive(Serialize, Deserialize)]
struct SavedMember {
    spec: String,
    name: String,
    among: Option<BTreeSet<Nevra>>,
    base_arch_only: bool,
    when: Option<String>,
    required: bool,
}

#[derive(Serialize, Deserialize)]
struct SavedSource {
    id: String,
    priority: i32,
    cost: u32,
    excludes: Vec<String>,
    includes: Vec<String>,
    disabled: bool,
    hotfixes: bool,
    /// Of an installed set: whether every path is known.
    all_files: bool,
    owners: BTreeMap<String, Vec<u32>>,
    packages: Vec<SavedPackage>,
}

/// Name, comparison in rpm's bits, epoch, version, release, whether it is needed before scriptlets.
type SavedDep = (String, u8, u32, String, String, bool);

#[derive(Serialize, Deserialize)]
struct SavedPackage {
    name: String,
    evr: (u32, String, String),
    arch: String,
    vendor: String,
    source_rpm: String,
    location: String,
    base: String,
    sizes: (u64, u64),
    times: (u32, u32),
    checksum: Option<Checksum>,
    /// By [`Relation::ALL`].
    deps: Vec<Vec<SavedDep>>,
    /// Path and kind: `f`, `d`, `g`.
    files: Vec<(String, char)>,
}

impl Problem {
    /// Writes it.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, mut out: impl Write) -> io::Result<()> {
        writeln!(out, "{MAGIC}{VERSION}")?;
        let mut packed = zstd::Encoder::new(out, 9)?;
        let parts = self.parts.iter().map(|(request, choice)| part(request, choice)).collect();
        serde_json::to_writer(&mut packed, &Saved { same_versions: self.same_versions, parts })?;
        packed.finish()?.flush()
    }

    /// Reads what [`Problem::write`] wrote.
    ///
    /// # Errors
    /// [`ProblemError`].
    pub fn read(file: impl Read + Send + 'static) -> Result<Self, ProblemError> {
        let damaged = |e: io::Error| ProblemError::Damaged(e.into());
        let mut file = BufReader::new(file);
        let mut head = Vec::new();
        file.by_ref().take(64).read_until(b'\n', &mut head).map_err(damaged)?;
        let head = String::from_utf8_lossy(&head);
        match head.strip_prefix(MAGIC).map(str::trim_end) {
            None => return Err(ProblemError::Foreign),
            Some(found) if found != VERSION.to_string() => {
                return Err(ProblemError::Version { found: found.to_owned() });
            }
            Some(_) => {}
        }
        let open = BufReader::with_capacity(128 << 10, sniffing_decoder(file).map_err(damaged)?.take(LIMIT));
        let saved: Saved = serde_json::from_reader(open).map_err(|e| ProblemError::Damaged(e.into()))?;
        let parts = saved.parts.into_iter().map(whole).collect::<Result<_, RepodataError>>();
        let parts = parts.map_err(|e| ProblemError::Damaged(e.into()))?;
        Ok(Self { parts, same_versions: saved.same_versions })
    }
}

fn part(request: &Request, choice: &Choice) -> Part {
    let member = |m: &Member| SavedMember {
        spec: m.spec.clone(),
        name: m.name.clone(),
        among: m.among.as_deref().cloned(),
        base_arch_only: m.base_arch_only,
        when: m.when.clone(),
        required: m.required,
    };
    let installed = |i: &Installed| SavedSource {
        all_files: i.all_files,
        ..saved(&Source { owners: i.owners.clone(), ..Source::new("", Arc::clone(&i.catalog)) })
    };
    Part {
        arch: request.arch,
        specs: request.specs.clone(),
        try_specs: request.try_specs.clone(),
        wishes: request.wishes.clone(),
        excludes: request.excludes.clone(),
        includes: request.includes.clone(),
        advised: request.advised.clone(),
        best: request.best,
        weak: request.weak,
        installonly: request.installonly.clone(),
        protected: request.protected.clone(),
        members: request.members.iter().map(member).collect(),
        active: (*request.masks.active).clone(),
        inactive: request.masks.inactive.iter().map(|(n, s)| (n.clone(), s.clone())).collect(),
        names: request.masks.names.clone(),
        streams: choice.active.clone(),
        installed: request.installed.as_ref().map(installed),
        sources: request.sources.iter().map(saved).collect(),
    }
}

fn saved(source: &Source) -> SavedSource {
    let c = &source.catalog;
    SavedSource {
        id: source.id.clone(),
        priority: source.priority,
        cost: source.cost,
        excludes: source.excludes.clone(),
        includes: source.includes.clone(),
        disabled: source.standing == Standing::Disabled,
        hotfixes: source.hotfixes,
        all_files: false,
        owners: source.owners.iter().map(|(path, ids)| (path.clone(), ids.iter().map(|p| p.0).collect())).collect(),
        packages: c.packages().map(|p| package(c, p)).collect(),
    }
}

fn package(c: &Catalog, p: PkgId) -> SavedPackage {
    let evr = c.evr(p);
    let dep = |d: crate::formats::repodata::Dep<'_>| {
        (d.name.to_owned(), d.sense.bits(), d.evr.epoch, d.evr.version.to_owned(), d.evr.release.to_owned(), d.pre)
    };
    let kind = |kind| match kind {
        FileKind::File => 'f',
        FileKind::Dir => 'd',
        FileKind::Ghost => 'g',
    };
    SavedPackage {
        name: c.name(p).to_owned(),
        evr: (evr.epoch, evr.version.to_owned(), evr.release.to_owned()),
        arch: c.arch(p).to_owned(),
        vendor: c.vendor(p).to_owned(),
        source_rpm: c.source_rpm(p).to_owned(),
        location: public(c.location(p)),
        base: public(c.base(p)),
        sizes: (c.size(p), c.installed_size(p)),
        times: (c.build_time(p), c.file_time(p)),
        checksum: c.checksum(p),
        deps: Relation::ALL.iter().map(|&r| c.deps(p, r).map(dep).collect()).collect(),
        files: c.files(p).map(|(path, k)| (path, kind(k))).collect(),
    }
}

/// Addresses without credentials.
fn public(text: &str) -> String {
    if text.contains("://") { stripped(text) } else { text.to_owned() }
}

fn whole(part: Part) -> Result<(Request, Choice), RepodataError> {
    let member = |m: SavedMember| Member {
        spec: m.spec,
        name: m.name,
        among: m.among.map(Arc::new),
        base_arch_only: m.base_arch_only,
        when: m.when,
        required: m.required,
    };
    let masks =
        Masks { active: Arc::new(part.active), inactive: part.inactive.into_iter().collect(), names: part.names };
    let installed = |s: SavedSource| {
        let all_files = s.all_files;
        source(s).map(|s| Installed { catalog: s.catalog, all_files, owners: s.owners })
    };
    let request = Request {
        specs: part.specs,
        try_specs: part.try_specs,
        wishes: part.wishes,
        excludes: part.excludes,
        includes: part.includes,
        advised: part.advised,
        best: part.best,
        weak: part.weak,
        installonly: part.installonly,
        protected: part.protected,
        members: part.members.into_iter().map(member).collect(),
        masks,
        installed: part.installed.map(installed).transpose()?,
        sources: part.sources.into_iter().map(source).collect::<Result<_, _>>()?,
        ..Request::new(part.arch)
    };
    Ok((request, Choice { active: part.streams, ..Choice::default() }))
}

fn source(s: SavedSource) -> Result<Source, RepodataError> {
    let mut builder = Catalog::builder();
    for p in s.packages {
        builder.push(&record(p))?;
    }
    let owners = s.owners.into_iter().map(|(path, ids)| (path, ids.into_iter().map(PkgId).collect()));
    Ok(Source {
        priority: s.priority,
        cost: s.cost,
        excludes: s.excludes,
        includes: s.includes,
        standing: if s.disabled { Standing::Disabled } else { Standing::Enabled },
        hotfixes: s.hotfixes,
        owners: owners.collect(),
        ..Source::new(s.id, Arc::new(builder.finish()))
    })
}

fn record(p: SavedPackage) -> PackageRecord {
    let deps = Relation::ALL.iter().zip(p.deps).flat_map(|(&relation, list)| {
        list.into_iter().map(move |(name, bits, epoch, version, release, pre)| {
            (relation, name, Sense::from_rpm(bits.into()), Evr { epoch, version, release }, pre)
        })
    });
    let kind = |kind| match kind {
        'd' => FileKind::Dir,
        'g' => FileKind::Ghost,
        _ => FileKind::File,
    };
    PackageRecord {
        name: p.name,
        evr: Evr { epoch: p.evr.0, version: p.evr.1, release: p.evr.2 },
        arch: p.arch,
        vendor: p.vendor,
        source_rpm: p.source_rpm,
        location: p.location,
        base: p.base,
        size: p.sizes.0,
        installed_size: p.sizes.1,
        build_time: p.times.0,
        file_time: p.times.1,
        checksum: p.checksum,
        deps: deps.collect(),
        files: p.files.into_iter().map(|(path, k)| (path, kind(k))).collect(),
    }
}
