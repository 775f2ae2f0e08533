//! [`Catalog`]: the packages of one repository, or of an installed set, in one block of bytes.

use std::{fmt, ops::Range};

use super::{Dep, EvrRef, FileKind, PkgId, Relation, RepodataError, Sense, StrId, arena};
use crate::terms::{Algorithm, Checksum, Nevra};

/// Sections of the block, in file order. All are little-endian `u32` but the three heaps.
#[derive(Clone, Copy)]
#[repr(usize)]
pub(super) enum Section {
    StringHeap,
    StringStarts,
    StringTable,
    Evrs,
    Deps,
    Packages,
    Lists,
    Files,
    ChecksumHeap,
    /// CSR over string ids: pairs of a package that provides the name (its own included) and its dependency number.
    ProviderStarts,
    Providers,
    /// CSR over string ids: pairs of a package that obsoletes the name and its dependency number.
    ObsoleterStarts,
    Obsoleters,
    /// CSR over string ids of base names: pairs of a package whose file list has it and the row there.
    OwnerStarts,
    Owners,
}

pub(super) const SECTIONS: usize = 15;
pub(super) const MAGIC: &[u8; 8] = b"ddcatal\x01";

/// Words of a package record.
#[derive(Clone, Copy)]
#[repr(usize)]
pub(super) enum Field {
    Name,
    Evr,
    Arch,
    Vendor,
    SourceRpm,
    Location,
    Base,
    /// Two words, low one first.
    Size,
    /// Two words, low one first.
    Installed = 9,
    BuildTime = 11,
    FileTime,
    /// Algorithm in the top byte (0 none, else 1 + its place in [`ALGORITHMS`]), offset in the checksum heap below.
    Checksum,
    /// Where the eight relations' lists begin; each ends where the next begins.
    Lists,
    FilesStart = Field::Lists as usize + 9,
}

pub(super) const PACKAGE_WORDS: usize = Field::FilesStart as usize + 2;
/// Set on a list entry that is needed before scriptlets.
pub(super) const PRE: u32 = 1 << 31;
pub(super) const ALGORITHMS: [Algorithm; 6] =
    [Algorithm::Md5, Algorithm::Sha1, Algorithm::Sha224, Algorithm::Sha256, Algorithm::Sha384, Algorithm::Sha512];

/// Packages with everything a resolver asks, in flat arrays: [`Catalog::bytes`] is the saved form, and loading it reads
/// no element twice. Numbers that point nowhere (a damaged file) read as 0 or as the empty string, never as a panic.
pub struct Catalog {
    bytes: Vec<u8>,
    sections: [Range<usize>; SECTIONS],
}

impl Catalog {
    /// An empty catalog's builder.
    pub fn builder() -> super::Builder {
        super::Builder::default()
    }

    /// The saved form.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Takes the saved form. Whoever stored it vouches for its integrity; the outline is checked here.
    ///
    /// # Errors
    /// Another version, or sections that do not fit together.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, RepodataError> {
        let word =
            |i: usize| bytes.get(i * 4..i * 4 + 4).map(|b| u32::from_le_bytes(b.try_into().expect("four bytes")));
        if bytes.get(..8) != Some(MAGIC.as_slice()) {
            return Err(RepodataError::Saved);
        }
        let mut at = 8 + SECTIONS * 4;
        let mut sections: [Range<usize>; SECTIONS] = std::array::from_fn(|_| 0..0);
        for (i, section) in sections.iter_mut().enumerate() {
            let len = word(2 + i).ok_or(RepodataError::Saved)? as usize;
            let end = at.checked_add(len).filter(|&e| e <= bytes.len()).ok_or(RepodataError::Saved)?;
            *section = at..end;
            at = end.next_multiple_of(4);
        }
        let out = Self { bytes, sections };
        let table = out.words(Section::StringTable);
        if table == 0 || !table.is_power_of_two() || out.words(Section::StringStarts) < 2 {
            return Err(RepodataError::Saved);
        }
        Ok(out)
    }

    /// Number of packages.
    pub fn len(&self) -> usize {
        self.words(Section::Packages) / PACKAGE_WORDS
    }

    /// Whether there is no package.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every package, in the order of the source.
    pub fn packages(&self) -> impl Iterator<Item = PkgId> + use<> {
        (0..self.len() as u32).map(PkgId)
    }

    /// A string's number, if the catalog has it.
    pub fn find(&self, text: &str) -> Option<StrId> {
        let mask = self.words(Section::StringTable) - 1;
        let mut at = arena::hash(text.as_bytes()) as usize & mask;
        for _ in 0..=mask {
            match self.word(Section::StringTable, at) {
                0 => return None,
                n if self.string(StrId(n - 1)) == text => return Some(StrId(n - 1)),
                _ => at = (at + 1) & mask,
            }
        }
        None
    }

    /// A string.
    pub fn string(&self, id: StrId) -> &str {
        let i = id.0 as usize;
        let (from, to) = (self.word(Section::StringStarts, i), self.word(Section::StringStarts, i + 1));
        let heap = &self.bytes[self.sections[Section::StringHeap as usize].clone()];
        heap.get(from as usize..to as usize).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default()
    }

    /// The name.
    pub fn name(&self, p: PkgId) -> &str {
        self.string(self.name_id(p))
    }

    /// The name as a number.
    pub fn name_id(&self, p: PkgId) -> StrId {
        StrId(self.field(p, Field::Name as usize))
    }

    /// Epoch, version, release.
    pub fn evr(&self, p: PkgId) -> EvrRef<'_> {
        self.evr_of(self.field(p, Field::Evr as usize))
    }

    /// The architecture as RPM spells it.
    pub fn arch(&self, p: PkgId) -> &str {
        self.string(StrId(self.field(p, Field::Arch as usize)))
    }

    /// The full name.
    pub fn nevra(&self, p: PkgId) -> Nevra {
        Nevra { name: self.name(p).to_owned(), evr: self.evr(p).to_evr(), arch: self.arch(p).to_owned() }
    }

    /// The vendor, empty when not said.
    pub fn vendor(&self, p: PkgId) -> &str {
        self.string(StrId(self.field(p, Field::Vendor as usize)))
    }

    /// File name of the source package, empty when not said.
    pub fn source_rpm(&self, p: PkgId) -> &str {
        self.string(StrId(self.field(p, Field::SourceRpm as usize)))
    }

    /// Path of the package below its base.
    pub fn location(&self, p: PkgId) -> &str {
        self.string(StrId(self.field(p, Field::Location as usize)))
    }

    /// `xml:base` of the location; empty when it is the repository's own.
    pub fn base(&self, p: PkgId) -> &str {
        self.string(StrId(self.field(p, Field::Base as usize)))
    }

    /// Bytes of the package file; 0 when not said.
    pub fn size(&self, p: PkgId) -> u64 {
        self.wide(p, Field::Size as usize)
    }

    /// Bytes its files take when installed.
    pub fn installed_size(&self, p: PkgId) -> u64 {
        self.wide(p, Field::Installed as usize)
    }

    /// When it was built, in seconds since 1970.
    pub fn build_time(&self, p: PkgId) -> u32 {
        self.field(p, Field::BuildTime as usize)
    }

    /// When its file was made, in seconds since 1970.
    pub fn file_time(&self, p: PkgId) -> u32 {
        self.field(p, Field::FileTime as usize)
    }

    /// Checksum of the package file (`pkgid`); installed packages have none.
    pub fn checksum(&self, p: PkgId) -> Option<Checksum> {
        let word = self.field(p, Field::Checksum as usize);
        let algorithm = *ALGORITHMS.get(((word >> 24) as usize).checked_sub(1)?)?;
        let at = (word & 0xff_ffff) as usize * 4;
        let heap = &self.bytes[self.sections[Section::ChecksumHeap as usize].clone()];
        Checksum::new(algorithm, &hex::encode(heap.get(at..at + algorithm.digest_len())?)).ok()
    }

    /// The entries of a relation, in the package's own order.
    pub fn deps(&self, p: PkgId, relation: Relation) -> impl ExactSizeIterator<Item = Dep<'_>> {
        let from = self.field(p, Field::Lists as usize + relation as usize) as usize;
        let to = self.field(p, Field::Lists as usize + relation as usize + 1) as usize;
        let to = to.min(self.words(Section::Lists));
        (from.min(to)..to).map(|i| self.dep(self.word(Section::Lists, i)))
    }

    /// The package's own numbers of a relation's entries, equal for equal dependencies of this catalog.
    pub fn dep_numbers(&self, p: PkgId, relation: Relation) -> impl ExactSizeIterator<Item = u32> {
        let from = self.field(p, Field::Lists as usize + relation as usize) as usize;
        let to = self.field(p, Field::Lists as usize + relation as usize + 1) as usize;
        let to = to.min(self.words(Section::Lists));
        (from.min(to)..to).map(|i| self.word(Section::Lists, i) & !PRE)
    }

    /// The dependency with this number (see [`Catalog::dep_numbers`]).
    pub fn dep(&self, number: u32) -> Dep<'_> {
        let i = (number & !PRE) as usize * 3;
        let name_id = StrId(self.word(Section::Deps, i));
        Dep {
            name: self.string(name_id),
            name_id,
            sense: Sense::from_rpm(self.word(Section::Deps, i + 1)),
            evr: self.evr_of(self.word(Section::Deps, i + 2)),
            pre: number & PRE != 0,
        }
    }

    /// Number of different dependencies: [`Catalog::dep`] takes any number below.
    pub fn dep_count(&self) -> u32 {
        (self.words(Section::Deps) / 3) as u32
    }

    /// Packages that provide `name`, in catalog order, each with the entry's number (see [`Catalog::dep`]): a package
    /// that provides it in two versions appears twice.
    pub fn providers(&self, name: StrId) -> impl ExactSizeIterator<Item = (PkgId, u32)> {
        self.row(Section::ProviderStarts, Section::Providers, name)
    }

    /// Packages with an obsoletes entry on `name`, in catalog order, each with the entry's number.
    pub fn obsoleters(&self, name: StrId) -> impl ExactSizeIterator<Item = (PkgId, u32)> {
        self.row(Section::ObsoleterStarts, Section::Obsoleters, name)
    }

    /// Packages whose file list (of primary) has this absolute path.
    pub fn owners(&self, path: &str) -> Vec<PkgId> {
        let Some((dir, base)) = path.rsplit_once('/') else { return Vec::new() };
        let (Some(dir), Some(base)) = (self.find(if dir.is_empty() { "/" } else { dir }), self.find(base)) else {
            return Vec::new();
        };
        let rows = self.row(Section::OwnerStarts, Section::Owners, base);
        let mut out: Vec<_> =
            rows.filter(|&(_, i)| self.file_at(i as usize) == (dir.0, base.0)).map(|(p, _)| p).collect();
        out.dedup();
        out
    }

    /// The file list (of primary: binaries, `/etc`, and what else createrepo puts there).
    pub fn files(&self, p: PkgId) -> impl Iterator<Item = (String, FileKind)> {
        self.file_rows(p).map(|i| {
            let (dir, base) = self.file_at(i);
            let kind = match self.word(Section::Files, i * 2 + 1) >> 30 {
                1 => FileKind::Dir,
                2 => FileKind::Ghost,
                _ => FileKind::File,
            };
            let dir = self.string(StrId(dir));
            (format!("{}/{}", if dir == "/" { "" } else { dir }, self.string(StrId(base))), kind)
        })
    }

    fn file_rows(&self, p: PkgId) -> Range<usize> {
        let from = self.field(p, Field::FilesStart as usize) as usize;
        let to = (self.field(p, Field::FilesStart as usize + 1) as usize).min(self.words(Section::Files) / 2);
        from.min(to)..to
    }

    fn file_at(&self, row: usize) -> (u32, u32) {
        (self.word(Section::Files, row * 2), self.word(Section::Files, row * 2 + 1) & 0x3fff_ffff)
    }

    fn row(&self, starts: Section, items: Section, of: StrId) -> impl ExactSizeIterator<Item = (PkgId, u32)> {
        let (from, to) = (self.word(starts, of.0 as usize), self.word(starts, of.0 as usize + 1));
        let to = (to as usize).min(self.words(items) / 2);
        let last = self.len().saturating_sub(1) as u32;
        let at = move |i: usize| (PkgId(self.word(items, i * 2).min(last)), self.word(items, i * 2 + 1));
        ((from as usize).min(to)..to).map(at)
    }

    fn evr_of(&self, number: u32) -> EvrRef<'_> {
        let i = number as usize * 3;
        EvrRef {
            epoch: self.word(Section::Evrs, i),
            version: self.string(StrId(self.word(Section::Evrs, i + 1))),
            release: self.string(StrId(self.word(Section::Evrs, i + 2))),
        }
    }

    fn field(&self, p: PkgId, field: usize) -> u32 {
        self.word(Section::Packages, p.0 as usize * PACKAGE_WORDS + field)
    }

    fn wide(&self, p: PkgId, field: usize) -> u64 {
        u64::from(self.field(p, field)) | u64::from(self.field(p, field + 1)) << 32
    }

    fn words(&self, section: Section) -> usize {
        self.sections[section as usize].len() / 4
    }

    fn word(&self, section: Section, i: usize) -> u32 {
        let range = &self.sections[section as usize];
        let at = range.start + i * 4;
        match self.bytes.get(at..at + 4) {
            Some(b) if at + 4 <= range.end => u32::from_le_bytes(b.try_into().expect("four bytes")),
            _ => 0,
        }
    }
}

impl fmt::Debug for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Catalog({} packages, {} bytes)", self.len(), self.bytes.len())
    }
}
