//! `primary.xml`: one pass, straight into a [`Builder`].

use std::io::BufRead;

use super::{
    Builder, FileKind, PackageRecord, Relation, RepodataError, Sense,
    xml::{Node, Xml},
};
use crate::terms::{Algorithm, Checksum};

const DOCUMENT: &str = "primary.xml";
/// Names, versions and the like; the longest real ones have some 300 bytes. Rich dependencies and paths have more room.
const MAX_NAME: usize = 4096;
const MAX_RICH: usize = 64 << 10;
/// Parentheses of a rich dependency; real ones nest two or three deep.
const MAX_NESTING: usize = 64;
/// Packages of one repository: Fedora has some 70,000.
const MAX_PACKAGES: usize = 1_000_000;

/// Reads the decompressed document into `builder`, leaving out packages of other kinds than `rpm`. `limit` is the most
/// bytes it may have: the `open-size` that repomd promises, or a ceiling.
///
/// # Errors
/// Damaged, truncated or oversized XML, and packages without name, architecture, version, location or checksum.
pub fn read_primary(bytes: impl BufRead, limit: u64, builder: &mut Builder) -> Result<(), RepodataError> {
    let mut xml = Xml::new(DOCUMENT, bytes, limit);
    let mut state = State::default();
    loop {
        match xml.step()? {
            Node::Start => state.start(&xml, builder)?,
            Node::End => state.end(&xml, builder)?,
            Node::Eof => return Ok(()),
        }
    }
}

#[derive(Default)]
struct State {
    record: PackageRecord,
    inside: bool,
    is_rpm: bool,
    relation: Option<Relation>,
    algorithm: String,
    file_kind: Option<FileKind>,
    // Attributes of one `rpm:entry`, kept to reuse their memory: a kernel has 10,000 of them.
    name: String,
    version: String,
    release: String,
}

impl State {
    fn start<R: BufRead>(&mut self, xml: &Xml<R>, builder: &mut Builder) -> Result<(), RepodataError> {
        let name = xml.name();
        if !self.inside {
            if name == "package" {
                self.begin(xml, builder)?;
            }
            return Ok(());
        }
        match name {
            "entry" => self.entry(xml, builder)?,
            "file" => {
                self.file_kind = Some(FileKind::File);
                xml.attributes(|k, v| {
                    match (k, v) {
                        ("type", "dir") => self.file_kind = Some(FileKind::Dir),
                        ("type", "ghost") => self.file_kind = Some(FileKind::Ghost),
                        _ => {}
                    }
                    Ok(())
                })?;
            }
            "version" => xml.attributes(|k, v| {
                match k {
                    "epoch" => self.record.evr.epoch = epoch(v)?,
                    "ver" => set(&mut self.record.evr.version, v)?,
                    "rel" => set(&mut self.record.evr.release, v)?,
                    _ => {}
                }
                Ok(())
            })?,
            "checksum" => xml.attributes(|k, v| if k == "type" { set(&mut self.algorithm, v) } else { Ok(()) })?,
            "time" => xml.attributes(|k, v| {
                match k {
                    "file" => self.record.file_time = time(v),
                    "build" => self.record.build_time = time(v),
                    _ => {}
                }
                Ok(())
            })?,
            "size" => xml.attributes(|k, v| {
                let number = || v.parse().map_err(|_| RepodataError::invalid(DOCUMENT, "a size", v));
                match k {
                    "package" => self.record.size = number()?,
                    "installed" => self.record.installed_size = number()?,
                    _ => {}
                }
                Ok(())
            })?,
            "location" => xml.attributes(|k, v| match k {
                "href" => set(&mut self.record.location, v),
                "base" => set(&mut self.record.base, v),
                _ => Ok(()),
            })?,
            _ => {
                if let Some(relation) = Relation::from_element(name) {
                    self.relation = Some(relation);
                }
            }
        }
        Ok(())
    }

    fn begin<R: BufRead>(&mut self, xml: &Xml<R>, builder: &Builder) -> Result<(), RepodataError> {
        if builder.len() >= MAX_PACKAGES {
            let limit = MAX_PACKAGES as u64;
            return Err(RepodataError::TooLarge { document: DOCUMENT, what: "a number of packages", limit });
        }
        self.inside = true;
        self.is_rpm = true;
        self.record = PackageRecord::default();
        xml.attributes(|k, v| {
            if k == "type" {
                self.is_rpm = v == "rpm";
            }
            Ok(())
        })
    }

    fn end<R: BufRead>(&mut self, xml: &Xml<R>, builder: &mut Builder) -> Result<(), RepodataError> {
        if !self.inside {
            return Ok(());
        }
        let text = xml.text.as_str();
        match xml.name() {
            "package" => {
                self.inside = false;
                self.finish(builder)?;
            }
            "name" => set(&mut self.record.name, text.trim())?,
            "arch" => set(&mut self.record.arch, text.trim())?,
            "vendor" => set(&mut self.record.vendor, text)?,
            "sourcerpm" => set(&mut self.record.source_rpm, text.trim())?,
            "checksum" => {
                let algorithm = Algorithm::from_name(&self.algorithm)
                    .ok_or_else(|| RepodataError::invalid(DOCUMENT, "a checksum type", &self.algorithm))?;
                let checksum = Checksum::new(algorithm, text.trim());
                self.record.checksum =
                    Some(checksum.map_err(|_| RepodataError::invalid(DOCUMENT, "a checksum", text))?);
            }
            "file" => {
                if let Some(kind) = self.file_kind.take() {
                    check_length(text, MAX_NAME)?;
                    builder.file(text, kind);
                }
            }
            name => {
                if Relation::from_element(name).is_some() {
                    self.relation = None;
                }
            }
        }
        Ok(())
    }

    fn entry<R: BufRead>(&mut self, xml: &Xml<R>, builder: &mut Builder) -> Result<(), RepodataError> {
        let Some(relation) = self.relation else { return Ok(()) };
        let (mut sense, mut number, mut pre) = (Sense::ANY, 0, false);
        for text in [&mut self.name, &mut self.version, &mut self.release] {
            text.clear();
        }
        xml.attributes(|k, v| {
            match k {
                "name" => {
                    check_length(v, MAX_RICH)?;
                    check_nesting(v)?;
                    self.name.push_str(v);
                }
                "flags" => sense = Sense::from_repodata(v),
                "epoch" => number = epoch(v)?,
                "ver" => set(&mut self.version, v)?,
                "rel" => set(&mut self.release, v)?,
                "pre" => pre = v == "1" || v == "true",
                _ => {}
            }
            Ok(())
        })?;
        if !self.name.is_empty() {
            builder.dependency(relation, &self.name, sense, (number, &self.version, &self.release), pre);
        }
        Ok(())
    }

    fn finish(&mut self, builder: &mut Builder) -> Result<(), RepodataError> {
        let r = &self.record;
        let missing = |what| Err(RepodataError::Missing { document: DOCUMENT, what });
        if r.name.is_empty() || r.arch.is_empty() || r.evr.version.is_empty() {
            return missing("a package's name, architecture or version");
        }
        if r.location.is_empty() {
            return missing("a package's location");
        }
        if r.checksum.is_none() {
            return missing("a package's checksum");
        }
        if !self.is_rpm {
            // Never seen in the field; its relations must not run into the next package.
            return Err(RepodataError::invalid(DOCUMENT, "a package of unknown type, named", &r.name));
        }
        builder.finish_package(r)
    }
}

fn set(to: &mut String, text: &str) -> Result<(), RepodataError> {
    check_length(text, MAX_NAME)?;
    to.clear();
    to.push_str(text);
    Ok(())
}

/// What nobody nests is refused here; a dependency that is malformed bars its package alone.
fn check_nesting(dependency: &str) -> Result<(), RepodataError> {
    if !dependency.starts_with('(') {
        return Ok(());
    }
    let (mut depth, mut deepest) = (0usize, 0);
    for b in dependency.bytes() {
        match b {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    match deepest > MAX_NESTING {
        true => {
            let (what, limit) = ("a dependency's nesting", MAX_NESTING as u64);
            Err(RepodataError::TooLarge { document: DOCUMENT, what, limit })
        }
        false => Ok(()),
    }
}

/// XML has no such characters (1.0, "Char"), and names that end in C strings must not hold a NUL.
fn check_length(text: &str, limit: usize) -> Result<(), RepodataError> {
    if text.bytes().any(|b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r')) {
        return Err(RepodataError::invalid(DOCUMENT, "a control character in", text));
    }
    if text.len() > limit {
        return Err(RepodataError::TooLarge { document: DOCUMENT, what: "a name", limit: limit as u64 });
    }
    Ok(())
}

fn epoch(text: &str) -> Result<u32, RepodataError> {
    if text.is_empty() { Ok(0) } else { text.parse().map_err(|_| RepodataError::invalid(DOCUMENT, "an epoch", text)) }
}

/// Times are information only: nonsense reads as 0. Fractions (old createrepo) are cut.
fn time(text: &str) -> u32 {
    text.split('.').next().unwrap_or_default().parse().unwrap_or(0)
}
