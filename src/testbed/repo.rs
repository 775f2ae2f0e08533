//! Repository metadata for made packages, as createrepo_c writes it: repomd.xml, primary and filelists.

use std::{collections::BTreeMap, fmt::Write as _};

use bytes::Bytes;
use quick_xml::escape::escape;

use crate::{
    formats::compression::Codec,
    terms::{Digest, Evr},
};

use super::{
    compress::compress,
    files::{Kind, MadeFile},
    maker::Made,
    relations::{self, Dependency, sense},
    spec::BUILD_TIME,
};

/// A repository: packages, and documents passed through (modules, comps, updateinfo).
#[derive(Clone, Debug)]
pub struct Repo {
    /// The packages, in any order.
    pub packages: Vec<Made>,
    /// How the metadata is compressed.
    pub codec: Codec,
    /// `repomd.xml` type, file name and uncompressed bytes of further documents: `("modules", "modules.yaml", …)`.
    pub extra: Vec<(String, String, Vec<u8>)>,
}

/// Files by path, without a leading slash.
pub type Tree = BTreeMap<String, Bytes>;

impl Repo {
    /// A repository with gzipped metadata.
    pub fn new(packages: impl IntoIterator<Item = Made>) -> Self {
        Self { packages: packages.into_iter().collect(), codec: Codec::Gzip, extra: Vec::new() }
    }

    /// Chooses the metadata's compression. (repomd knows no endings for `.lzma`.)
    #[must_use]
    pub fn codec(mut self, codec: Codec) -> Self {
        self.codec = codec;
        self
    }

    /// Adds a further document, named in repomd.xml under `kind`.
    #[must_use]
    pub fn with(mut self, kind: &str, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.extra.push((kind.to_owned(), name.to_owned(), bytes.into()));
        self
    }

    /// Where a package lies below the repository's root.
    pub fn location(package: &Made) -> String {
        let initial = package.spec.nevra.name.chars().next().unwrap_or('_').to_ascii_lowercase();
        format!("Packages/{initial}/{}", package.file_name())
    }

    /// Every file of the repository: `repodata/…` and `Packages/…`.
    pub fn tree(&self) -> Tree {
        let mut packages: Vec<&Made> = self.packages.iter().collect();
        packages.sort_by(|a, b| a.spec.nevra.cmp(&b.spec.nevra).then_with(|| a.bytes.cmp(&b.bytes)));
        let mut tree: Tree = packages.iter().map(|p| (Self::location(p), p.bytes.clone())).collect();
        let mut repomd = String::from(concat!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
            "<repomd xmlns=\"http://linux.duke.edu/metadata/repo\" xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\">\n"
        ));
        let _ = writeln!(repomd, "  <revision>{BUILD_TIME}</revision>");
        let mut documents = vec![
            ("primary".to_owned(), "primary.xml".to_owned(), primary(&packages).into_bytes()),
            ("filelists".to_owned(), "filelists.xml".to_owned(), filelists(&packages).into_bytes()),
        ];
        documents.extend(self.extra.iter().cloned());
        for (kind, name, open) in documents {
            let packed = compress(self.codec, &open);
            let digest = Digest::of(&packed).hex();
            let location = format!("repodata/{digest}-{name}{}", ending(self.codec));
            let _ = write!(
                repomd,
                "  <data type=\"{kind}\">\n    <checksum type=\"sha256\">{digest}</checksum>\n    \
                 <open-checksum type=\"sha256\">{}</open-checksum>\n    <location href=\"{location}\"/>\n    \
                 <timestamp>{BUILD_TIME}</timestamp>\n    <size>{}</size>\n    <open-size>{}</open-size>\n  </data>\n",
                Digest::of(&open).hex(),
                packed.len(),
                open.len(),
            );
            tree.insert(location, packed.into());
        }
        repomd.push_str("</repomd>\n");
        tree.insert("repodata/repomd.xml".to_owned(), repomd.into());
        tree
    }
}

fn ending(codec: Codec) -> &'static str {
    match codec {
        Codec::None => "",
        Codec::Gzip => ".gz",
        Codec::Xz => ".xz",
        Codec::Lzma => ".lzma",
        Codec::Zstd => ".zst",
        Codec::Bzip2 => ".bz2",
    }
}

fn primary(packages: &[&Made]) -> String {
    let mut x = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata xmlns=\"http://linux.duke.edu/metadata/common\" \
         xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\" packages=\"{}\">\n",
        packages.len()
    );
    for p in packages {
        primary_package(&mut x, p);
    }
    x.push_str("</metadata>\n");
    x
}

fn primary_package(x: &mut String, p: &Made) {
    let (spec, n) = (&p.spec, &p.spec.nevra);
    let source = format!("{}-{}-{}.src.rpm", n.name, n.evr.version, n.evr.release);
    let source = if spec.source.is_empty() { &source } else { &spec.source };
    let _ = write!(
        x,
        "<package type=\"rpm\">\n  <name>{}</name>\n  <arch>{}</arch>\n  {}\n  \
         <checksum type=\"sha256\" pkgid=\"YES\">{}</checksum>\n  <summary>{}</summary>\n  \
         <description>{}.</description>\n  <packager/>\n  <url>https://example.invalid/</url>\n  \
         <time file=\"{build}\" build=\"{build}\"/>\n  <size package=\"{}\" installed=\"{}\" archive=\"{}\"/>\n  \
         <location href=\"{}\"/>\n  <format>\n    <rpm:license>{}</rpm:license>\n    \
         <rpm:vendor>drydock testbed</rpm:vendor>\n    <rpm:group>Unspecified</rpm:group>\n    \
         <rpm:buildhost>testbed.example.invalid</rpm:buildhost>\n    <rpm:sourcerpm>{}</rpm:sourcerpm>\n    \
         <rpm:header-range start=\"{}\" end=\"{}\"/>\n",
        escape(&n.name),
        escape(&n.arch),
        version(&n.evr),
        p.digest().hex(),
        escape(&spec.summary),
        escape(&spec.summary),
        p.bytes.len(),
        p.installed_size,
        p.archive_size,
        escape(Repo::location(p)),
        escape(&spec.license),
        escape(source),
        p.header_range.start,
        p.header_range.end,
        build = spec.build_time,
    );
    relation(x, "provides", &relations::provides(spec));
    relation(x, "requires", &relations::requires(spec));
    relation(x, "conflicts", &relations::plain(&spec.conflicts));
    relation(x, "obsoletes", &relations::plain(&spec.obsoletes));
    relation(x, "suggests", &relations::plain(&spec.suggests));
    relation(x, "enhances", &relations::plain(&spec.enhances));
    relation(x, "recommends", &relations::plain(&spec.recommends));
    relation(x, "supplements", &relations::plain(&spec.supplements));
    spec.files.iter().filter(|f| is_primary(&f.path)).for_each(|f| file(x, "    ", f));
    x.push_str("  </format>\n</package>\n");
}

fn version(evr: &Evr) -> String {
    let (v, r) = (escape(&evr.version), escape(&evr.release));
    format!("<version epoch=\"{}\" ver=\"{v}\" rel=\"{r}\"/>", evr.epoch)
}

/// The files createrepo lists in primary: what dependencies most often name.
fn is_primary(path: &str) -> bool {
    path.starts_with("/etc/") || path.contains("bin/") || path == "/usr/lib/sendmail"
}

fn relation(x: &mut String, kind: &str, all: &[Dependency]) {
    // `rpmlib()` is between the package and rpm; the same dependency in several contexts is listed once.
    let mut entries: BTreeMap<(&str, u32, &str), bool> = BTreeMap::new();
    for d in all.iter().filter(|d| !d.name.starts_with("rpmlib(")) {
        let pre = d.flags & (sense::SCRIPT_PRE | sense::SCRIPT_POST) != 0;
        *entries.entry((&d.name, d.flags & 0xe, &d.evr)).or_default() |= pre;
    }
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(x, "    <rpm:{kind}>");
    for ((name, flags, evr), pre) in entries {
        let _ = write!(x, "      <rpm:entry name=\"{}\"", escape(name));
        let comparison = match flags {
            sense::LESS => "LT",
            sense::GREATER => "GT",
            sense::EQUAL => "EQ",
            0 => "",
            f if f & sense::LESS != 0 => "LE",
            _ => "GE",
        };
        if !comparison.is_empty() {
            let evr: Evr = evr.parse().expect("made dependencies have valid versions");
            let _ =
                write!(x, " flags=\"{comparison}\" epoch=\"{}\" ver=\"{}\"", evr.epoch, escape(evr.version.as_str()));
            if !evr.release.is_empty() {
                let _ = write!(x, " rel=\"{}\"", escape(evr.release.as_str()));
            }
        }
        x.push_str(if pre { " pre=\"1\"/>\n" } else { "/>\n" });
    }
    let _ = writeln!(x, "    </rpm:{kind}>");
}

fn file(x: &mut String, indent: &str, f: &MadeFile) {
    let kind = match f.kind {
        _ if f.is_ghost() => " type=\"ghost\"",
        Kind::Dir => " type=\"dir\"",
        _ => "",
    };
    let _ = writeln!(x, "{indent}<file{kind}>{}</file>", escape(&f.path));
}

fn filelists(packages: &[&Made]) -> String {
    let mut x = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <filelists xmlns=\"http://linux.duke.edu/metadata/filelists\" packages=\"{}\">\n",
        packages.len()
    );
    for p in packages {
        let n = &p.spec.nevra;
        let id = p.digest().hex();
        let _ = writeln!(x, "<package pkgid=\"{id}\" name=\"{}\" arch=\"{}\">", escape(&n.name), escape(&n.arch));
        let _ = writeln!(x, "  {}", version(&n.evr));
        p.spec.files.iter().for_each(|f| file(&mut x, "  ", f));
        x.push_str("</package>\n");
    }
    x.push_str("</filelists>\n");
    x
}
