//! Builds a [`Catalog`], package by package.

use super::{
    Catalog, FileKind, Relation, RepodataError, Sense,
    arena::{Strings, Triples},
    catalog::{ALGORITHMS, Field, MAGIC, PACKAGE_WORDS, PRE, SECTIONS, Section},
};
use crate::terms::{Checksum, Evr};

/// Heaps and lists stay below this many bytes or entries; the largest distributions have a twentieth.
const LIMIT: usize = 1 << 30;

/// One package, as whoever has it in hand says it. Relations and files are added to the [`Builder`] by their own calls.
#[derive(Clone, Debug, Default)]
pub struct PackageRecord {
    /// The name.
    pub name: String,
    /// Epoch, version, release.
    pub evr: Evr,
    /// The architecture as RPM spells it.
    pub arch: String,
    /// The vendor, or empty.
    pub vendor: String,
    /// File name of the source package, or empty.
    pub source_rpm: String,
    /// Path below the base.
    pub location: String,
    /// `xml:base`, or empty.
    pub base: String,
    /// Bytes of the package file.
    pub size: u64,
    /// Bytes of its files.
    pub installed_size: u64,
    /// Seconds since 1970.
    pub build_time: u32,
    /// Seconds since 1970.
    pub file_time: u32,
    /// Checksum of the package file.
    pub checksum: Option<Checksum>,
    /// Relations: kind, name, comparison, version, needed-before-scriptlets.
    pub deps: Vec<(Relation, String, Sense, Evr, bool)>,
    /// Absolute paths.
    pub files: Vec<(String, FileKind)>,
}

/// Collects packages. Call [`Builder::dependency`] and [`Builder::file`] for a package, then [`Builder::finish_package`];
/// or [`Builder::push`] a whole [`PackageRecord`].
#[derive(Debug, Default)]
pub struct Builder {
    strings: Strings,
    evrs: Triples,
    deps: Triples,
    packages: Vec<u32>,
    lists: Vec<u32>,
    files: Vec<[u32; 2]>,
    checksums: Vec<u8>,
    pending: [Vec<u32>; 8],
    pending_files: usize,
}

impl Builder {
    /// Adds a whole package.
    ///
    /// # Errors
    /// [`RepodataError::TooLarge`] where the catalog would outgrow its numbers.
    pub fn push(&mut self, record: &PackageRecord) -> Result<(), RepodataError> {
        for (relation, name, sense, evr, pre) in &record.deps {
            self.dependency(*relation, name, *sense, (evr.epoch, &evr.version, &evr.release), *pre);
        }
        for (path, kind) in &record.files {
            self.file(path, *kind);
        }
        self.finish_package(record)
    }

    /// Adds an entry to a relation of the package that [`Builder::finish_package`] will end.
    pub fn dependency(&mut self, relation: Relation, name: &str, sense: Sense, evr: (u32, &str, &str), pre: bool) {
        let evr = if sense == Sense::ANY { self.evr(0, "", "") } else { self.evr(evr.0, evr.1, evr.2) };
        let name = self.strings.intern(name);
        let dep = self.deps.intern([name, u32::from(sense.bits()), evr]);
        self.pending[relation as usize].push(dep | if pre { PRE } else { 0 });
    }

    /// Adds a file; a path that is not absolute is dropped.
    pub fn file(&mut self, path: &str, kind: FileKind) {
        let Some((dir, base)) = path.rsplit_once('/') else { return };
        let dir = self.strings.intern(if dir.is_empty() { "/" } else { dir });
        let base = self.strings.intern(base);
        let kind = match kind {
            FileKind::File => 0,
            FileKind::Dir => 1 << 30,
            FileKind::Ghost => 2 << 30,
        };
        self.files.push([dir, base | kind]);
        self.pending_files += 1;
    }

    /// Ends a package: its relations and files are those added since the last one. `deps` and `files` of the record are
    /// not looked at. The package provides its own name and version whether it says so or not.
    ///
    /// # Errors
    /// [`RepodataError::TooLarge`] where the catalog would outgrow its numbers.
    pub fn finish_package(&mut self, record: &PackageRecord) -> Result<(), RepodataError> {
        let name = self.strings.intern(&record.name);
        let evr = self.evr(record.evr.epoch, &record.evr.version, &record.evr.release);
        let own = self.deps.intern([name, u32::from(Sense::EQUAL.bits()), evr]);
        if record.arch != "src" && !self.pending[0].iter().any(|d| d & !PRE == own) {
            self.pending[0].push(own);
        }
        let mut words = [0u32; PACKAGE_WORDS];
        words[Field::Name as usize] = name;
        words[Field::Evr as usize] = evr;
        for (field, text) in [
            (Field::Arch, &record.arch),
            (Field::Vendor, &record.vendor),
            (Field::SourceRpm, &record.source_rpm),
            (Field::Location, &record.location),
            (Field::Base, &record.base),
        ] {
            words[field as usize] = self.strings.intern(text);
        }
        for (field, number) in [(Field::Size, record.size), (Field::Installed, record.installed_size)] {
            words[field as usize] = number as u32;
            words[field as usize + 1] = (number >> 32) as u32;
        }
        words[Field::BuildTime as usize] = record.build_time;
        words[Field::FileTime as usize] = record.file_time;
        words[Field::Checksum as usize] = self.checksum(record.checksum.as_ref());
        for (i, list) in self.pending.iter_mut().enumerate() {
            words[Field::Lists as usize + i] = self.lists.len() as u32;
            self.lists.append(list);
        }
        words[Field::Lists as usize + 8] = self.lists.len() as u32;
        words[Field::FilesStart as usize] = (self.files.len() - self.pending_files) as u32;
        words[Field::FilesStart as usize + 1] = self.files.len() as u32;
        self.pending_files = 0;
        self.packages.extend_from_slice(&words);
        let sizes = [self.strings.heap.len(), self.lists.len() * 4, self.files.len() * 8, self.packages.len() * 4];
        if sizes.into_iter().any(|s| s > LIMIT) || self.checksums.len() >= 1 << 26 {
            return Err(RepodataError::TooLarge { document: "primary.xml", what: "a content", limit: LIMIT as u64 });
        }
        Ok(())
    }

    /// Number of packages so far.
    pub fn len(&self) -> usize {
        self.packages.len() / PACKAGE_WORDS
    }

    /// Whether there is none yet.
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty()
    }

    /// Builds the indices and lays everything out.
    pub fn finish(self) -> Catalog {
        let strings = self.strings.starts.len() - 1;
        let count = self.len();
        let list = |p: usize, relation: Relation| {
            let at = p * PACKAGE_WORDS + Field::Lists as usize + relation as usize;
            &self.lists[self.packages[at] as usize..self.packages[at + 1] as usize]
        };
        let names_of = |relation: Relation| {
            let deps = &self.deps.items;
            move |p: usize, take: &mut dyn FnMut(u32, u32)| {
                list(p, relation).iter().for_each(|d| take(deps[(d & !PRE) as usize][0], d & !PRE));
            }
        };
        let (provider_starts, providers) = index(strings, count, names_of(Relation::Provides));
        let (obsoleter_starts, obsoleters) = index(strings, count, names_of(Relation::Obsoletes));
        let (owner_starts, owners) = index(strings, count, |p, take| {
            let at = p * PACKAGE_WORDS + Field::FilesStart as usize;
            let rows = self.packages[at] as usize..self.packages[at + 1] as usize;
            rows.for_each(|i| take(self.files[i][1] & 0x3fff_ffff, i as u32));
        });
        let mut out = Layout::default();
        out.put(Section::StringHeap, self.strings.heap.iter().copied());
        out.put_words(Section::StringStarts, self.strings.starts.iter().copied());
        out.put_words(Section::StringTable, self.strings.table.slots.iter().copied());
        out.put_words(Section::Evrs, self.evrs.items.iter().flatten().copied());
        out.put_words(Section::Deps, self.deps.items.iter().flatten().copied());
        out.put_words(Section::Packages, self.packages.iter().copied());
        out.put_words(Section::Lists, self.lists.iter().copied());
        out.put_words(Section::Files, self.files.iter().flatten().copied());
        out.put(Section::ChecksumHeap, self.checksums.iter().copied());
        out.put_words(Section::ProviderStarts, provider_starts.into_iter());
        out.put_words(Section::Providers, providers.into_iter());
        out.put_words(Section::ObsoleterStarts, obsoleter_starts.into_iter());
        out.put_words(Section::Obsoleters, obsoleters.into_iter());
        out.put_words(Section::OwnerStarts, owner_starts.into_iter());
        out.put_words(Section::Owners, owners.into_iter());
        Catalog::from_bytes(out.finish()).expect("the layout just written is whole")
    }

    fn evr(&mut self, epoch: u32, version: &str, release: &str) -> u32 {
        let triple = [epoch, self.strings.intern(version), self.strings.intern(release)];
        self.evrs.intern(triple)
    }

    fn checksum(&mut self, checksum: Option<&Checksum>) -> u32 {
        let Some(checksum) = checksum else { return 0 };
        let kind = ALGORITHMS.iter().position(|a| *a == checksum.algorithm()).expect("every algorithm is listed") + 1;
        let at = self.checksums.len() / 4;
        self.checksums.extend(hex::decode(checksum.hex()).expect("a checksum is hex digits"));
        (kind as u32) << 24 | at as u32
    }
}

/// Compressed rows: for every string the packages that mention it and where, by counting sort.
fn index(strings: usize, packages: usize, mentions: impl Fn(usize, &mut dyn FnMut(u32, u32))) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0u32; strings + 1];
    for p in 0..packages {
        mentions(p, &mut |s, _| starts[s as usize + 1] += 1);
    }
    for i in 0..strings {
        starts[i + 1] += starts[i];
    }
    let mut items = vec![0; starts[strings] as usize * 2];
    let mut next = starts.clone();
    for p in 0..packages {
        mentions(p, &mut |s, place| {
            let at = next[s as usize] as usize * 2;
            items[at] = p as u32;
            items[at + 1] = place;
            next[s as usize] += 1;
        });
    }
    (starts, items)
}

/// Magic, the sections' lengths in bytes, then the sections, each at a multiple of four.
#[derive(Default)]
struct Layout {
    lengths: [u32; SECTIONS],
    body: Vec<u8>,
}

impl Layout {
    fn put_words(&mut self, section: Section, words: impl Iterator<Item = u32>) {
        self.put(section, words.flat_map(u32::to_le_bytes));
    }

    fn put(&mut self, section: Section, bytes: impl Iterator<Item = u8>) {
        let from = self.body.len();
        self.body.extend(bytes);
        self.lengths[section as usize] = (self.body.len() - from) as u32;
        self.body.resize(self.body.len().next_multiple_of(4), 0);
    }

    fn finish(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(8 + SECTIONS * 4 + self.body.len());
        out.extend_from_slice(MAGIC);
        out.extend(self.lengths.iter().flat_map(|l| l.to_le_bytes()));
        out.extend_from_slice(&self.body);
        out
    }
}
