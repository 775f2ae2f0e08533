//! What a made package shall be, in the words of a spec file.

use crate::{
    formats::compression::Codec,
    terms::{Evr, Nevra},
};

use super::{
    files::MadeFile,
    keys::{Key, SignatureVersion},
};

/// A package to be made. Start with [`Spec::new`], then chain.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Name, epoch, version, release, arch.
    pub nevra: Nevra,
    /// `Requires:` as a spec file writes them: `bash`, `glibc >= 2.28`, `/bin/sh`, `(a if b)`.
    pub requires: Vec<(String, u32)>,
    /// `Provides:` beside the package itself and its `name(isa)`.
    pub provides: Vec<String>,
    /// `Conflicts:`.
    pub conflicts: Vec<String>,
    /// `Obsoletes:`.
    pub obsoletes: Vec<String>,
    /// `Recommends:`.
    pub recommends: Vec<String>,
    /// `Suggests:`.
    pub suggests: Vec<String>,
    /// `Supplements:`.
    pub supplements: Vec<String>,
    /// `Enhances:`.
    pub enhances: Vec<String>,
    /// The files, in any order.
    pub files: Vec<MadeFile>,
    /// Scriptlets and triggers.
    pub scripts: Vec<Script>,
    /// `%description` and `Summary:`.
    pub summary: String,
    /// `License:`.
    pub license: String,
    /// `SOURCERPM`; `name-version-release.src.rpm` when empty.
    pub source: String,
    /// `MODULARITYLABEL`, empty for none.
    pub module: String,
    /// Seconds since 1970.
    pub build_time: u32,
    /// How the payload is compressed.
    pub compression: Compression,
    /// Who signs, and in which packet version; `None` leaves the package unsigned.
    pub signer: Option<(Key, SignatureVersion)>,
    /// As old packages: MD5 file digests, no payload digest, no SHA-256 header digest, and a second signature over
    /// header and payload.
    pub old_digests: bool,
    /// As packages with files over 4 GiB: 64-bit sizes and the stripped archive.
    pub stripped_archive: bool,
    /// Extra or replaced text tags, by number (`1003` and other numeric tags are not for here).
    pub tags: Vec<(u32, String)>,
    /// What the package says that is not so, under a good signature all the same.
    pub lies: Vec<Lie>,
}

/// Something wrong with a package that its signature does not show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lie {
    /// The header's payload digest is another payload's.
    PayloadDigest,
    /// The signature over header and payload, which packages with old digests have, is another payload's.
    PayloadSignature,
    /// The header's digest of this file is another file's.
    FileDigest(String),
    /// This file stands in the header but not in the archive.
    MissingFromArchive(String),
    /// The archive holds this file, which the header doesn't know.
    ExtraInArchive(String),
    /// The archive has this file without its last byte.
    ShortInArchive(String),
}

/// Payload compressions rpm knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not compressed at all (`w.ufdio`).
    None,
    /// gzip, rpm's first.
    Gzip,
    /// bzip2.
    Bzip2,
    /// The headerless `.lzma`.
    Lzma,
    /// xz, as RHEL 8 has it.
    Xz,
    /// zstd, as RHEL 9 and later have it.
    Zstd,
}

impl Compression {
    /// Every one of them.
    pub const ALL: [Self; 6] = [Self::None, Self::Gzip, Self::Bzip2, Self::Lzma, Self::Xz, Self::Zstd];

    /// The codec behind it.
    pub fn codec(self) -> Codec {
        match self {
            Self::None => Codec::None,
            Self::Gzip => Codec::Gzip,
            Self::Bzip2 => Codec::Bzip2,
            Self::Lzma => Codec::Lzma,
            Self::Xz => Codec::Xz,
            Self::Zstd => Codec::Zstd,
        }
    }

    /// `PAYLOADCOMPRESSOR`, `PAYLOADFLAGS` and the `rpmlib()` requirement with its version.
    pub(super) fn tags(self) -> (Option<&'static str>, &'static str, Option<(&'static str, &'static str)>) {
        match self {
            Self::None => (None, "", None),
            Self::Gzip => (Some("gzip"), "9", None),
            Self::Bzip2 => (Some("bzip2"), "9", Some(("PayloadIsBzip2", "3.0.5-1"))),
            Self::Lzma => (Some("lzma"), "2", Some(("PayloadIsLzma", "4.4.6-1"))),
            Self::Xz => (Some("xz"), "2", Some(("PayloadIsXz", "5.2-1"))),
            Self::Zstd => (Some("zstd"), "19", Some(("PayloadIsZstd", "5.4.18-1"))),
        }
    }
}

/// When a scriptlet runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// `%pre`.
    Pre,
    /// `%post`.
    Post,
    /// `%preun`.
    Preun,
    /// `%postun`.
    Postun,
    /// `%pretrans`.
    Pretrans,
    /// `%posttrans`.
    Posttrans,
    /// `%filetriggerin` on path prefixes.
    FileTriggerIn,
    /// `%transfiletriggerin` on path prefixes.
    TransFileTriggerIn,
    /// `%triggerin` on packages, which stand in [`Script::targets`] as dependencies do.
    TriggerIn,
}

/// A scriptlet or file trigger.
#[derive(Clone, Debug)]
pub struct Script {
    /// When it runs.
    pub when: When,
    /// Interpreter and its arguments: `/bin/sh`, `<lua>`, `/sbin/ldconfig`.
    pub program: String,
    /// Text; empty runs the program alone.
    pub body: String,
    /// Path prefixes of file triggers, package dependencies of package triggers.
    pub targets: Vec<String>,
    /// Priority, of file triggers only.
    pub priority: u32,
}

impl Script {
    /// A `/bin/sh` scriptlet.
    pub fn shell(when: When, body: &str) -> Self {
        Self::with(when, "/bin/sh", body)
    }

    /// A `<lua>` scriptlet.
    pub fn lua(when: When, body: &str) -> Self {
        Self::with(when, "<lua>", body)
    }

    /// `-p PROGRAM`, with a body or without.
    pub fn with(when: When, program: &str, body: &str) -> Self {
        Self { when, program: program.to_owned(), body: body.to_owned(), targets: Vec::new(), priority: 1_000_000 }
    }

    /// Says what a trigger waits for.
    #[must_use]
    pub fn on(mut self, targets: &[&str], priority: u32) -> Self {
        self.targets = targets.iter().map(|&p| p.to_owned()).collect();
        self.priority = priority;
        self
    }
}

/// 2024-01-01, when everything here was "built".
pub const BUILD_TIME: u32 = 1_704_067_200;

impl Spec {
    /// An empty, signed (Ed25519, v4), xz-compressed package. `nevra` must be a valid NEVRA.
    pub fn new(nevra: &str) -> Self {
        let nevra: Nevra = nevra.parse().expect("a NEVRA");
        let none = Vec::new;
        Self {
            requires: Vec::new(),
            provides: none(),
            conflicts: none(),
            obsoletes: none(),
            recommends: none(),
            suggests: none(),
            supplements: none(),
            enhances: none(),
            files: Vec::new(),
            scripts: Vec::new(),
            summary: format!("{} of the testbed", nevra.name),
            license: "MIT".to_owned(),
            source: String::new(),
            module: String::new(),
            build_time: BUILD_TIME,
            compression: Compression::Xz,
            signer: Some((Key::Testbed, SignatureVersion::V4)),
            old_digests: false,
            stripped_archive: false,
            tags: Vec::new(),
            lies: Vec::new(),
            nevra,
        }
    }

    /// Its epoch, version and release.
    pub fn evr(&self) -> &Evr {
        &self.nevra.evr
    }

    /// Adds requirements.
    #[must_use]
    pub fn requires<'a>(mut self, deps: impl IntoIterator<Item = &'a str>) -> Self {
        self.requires.extend(deps.into_iter().map(|d| (d.to_owned(), 0)));
        self
    }

    /// Adds requirements of a scriptlet (`Requires(pre)`, `(post)` …).
    #[must_use]
    pub fn requires_for(mut self, when: When, deps: &[&str]) -> Self {
        self.requires.extend(deps.iter().map(|&d| (d.to_owned(), super::relations::script_sense(when))));
        self
    }

    /// Adds provides.
    #[must_use]
    pub fn provides<'a>(mut self, deps: impl IntoIterator<Item = &'a str>) -> Self {
        self.provides.extend(deps.into_iter().map(str::to_owned));
        self
    }

    /// Adds conflicts.
    #[must_use]
    pub fn conflicts(mut self, deps: &[&str]) -> Self {
        self.conflicts.extend(deps.iter().map(|&d| d.to_owned()));
        self
    }

    /// Adds obsoletes.
    #[must_use]
    pub fn obsoletes(mut self, deps: &[&str]) -> Self {
        self.obsoletes.extend(deps.iter().map(|&d| d.to_owned()));
        self
    }

    /// Adds recommends.
    #[must_use]
    pub fn recommends(mut self, deps: &[&str]) -> Self {
        self.recommends.extend(deps.iter().map(|&d| d.to_owned()));
        self
    }

    /// Adds a file.
    #[must_use]
    pub fn file(mut self, file: MadeFile) -> Self {
        self.files.push(file);
        self
    }

    /// Adds files.
    #[must_use]
    pub fn files(mut self, files: impl IntoIterator<Item = MadeFile>) -> Self {
        self.files.extend(files);
        self
    }

    /// Adds a scriptlet or trigger.
    #[must_use]
    pub fn script(mut self, script: Script) -> Self {
        self.scripts.push(script);
        self
    }

    /// Chooses the payload's compression.
    #[must_use]
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Chooses who signs.
    #[must_use]
    pub fn signed(mut self, key: Key, version: SignatureVersion) -> Self {
        self.signer = Some((key, version));
        self
    }

    /// Makes the package say something that is not so.
    #[must_use]
    pub fn lying(mut self, lie: Lie) -> Self {
        self.lies.push(lie);
        self
    }

    /// Leaves the package unsigned.
    #[must_use]
    pub fn unsigned(mut self) -> Self {
        self.signer = None;
        self
    }

    /// Sets the build time.
    #[must_use]
    pub fn built(mut self, seconds: u32) -> Self {
        self.build_time = seconds;
        self
    }
}
