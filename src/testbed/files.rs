//! The files of a made package.

/// Mode bits of file types, as `st_mode` has them.
pub(super) mod mode {
    pub(in super::super) const REGULAR: u16 = 0o100_000;
    pub(in super::super) const DIRECTORY: u16 = 0o040_000;
    pub(in super::super) const SYMLINK: u16 = 0o120_000;
    pub(in super::super) const FIFO: u16 = 0o010_000;
    pub(in super::super) const CHARACTER: u16 = 0o020_000;
    pub(in super::super) const BLOCK: u16 = 0o060_000;
}

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file with these bytes.
    File(Vec<u8>),
    /// A directory.
    Dir,
    /// A symbolic link to this target.
    Symlink(String),
    /// A character device, major and minor.
    Character(u8, u8),
    /// A block device, major and minor.
    Block(u8, u8),
    /// A named pipe.
    Fifo,
}

/// One file of a package. Start with one of the constructors, then chain.
#[derive(Clone, Debug)]
pub struct MadeFile {
    /// Absolute, as packaged. Malformed packages put anything here: `/../etc/passwd` is written as it stands.
    pub path: String,
    /// Its type and content.
    pub kind: Kind,
    /// Permission bits, setuid and sticky included.
    pub mode: u16,
    /// Owner's name.
    pub user: String,
    /// Group's name.
    pub group: String,
    /// `FILECAPS` text, empty for none.
    pub caps: String,
    /// `FILELANGS`, empty for none.
    pub lang: String,
    /// rpm's file flags: 1 config, 2 doc, 8 missingok, 16 noreplace, 64 ghost, 128 license.
    pub flags: u32,
    /// Files of one set name are hard links of each other; all must hold the same bytes.
    pub hardlink: Option<String>,
    /// Seconds since 1970; the package's build time when `None`.
    pub mtime: Option<u32>,
}

impl MadeFile {
    fn new(path: impl Into<String>, kind: Kind, mode: u16) -> Self {
        let root = || "root".to_owned();
        let (caps, lang) = (String::new(), String::new());
        Self {
            path: path.into(),
            kind,
            mode,
            user: root(),
            group: root(),
            caps,
            lang,
            flags: 0,
            hardlink: None,
            mtime: None,
        }
    }

    /// A regular file, 0644.
    pub fn file(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(path, Kind::File(bytes.into()), 0o644)
    }

    /// A regular file, 0755.
    pub fn program(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(path, Kind::File(bytes.into()), 0o755)
    }

    /// A directory, 0755.
    pub fn dir(path: impl Into<String>) -> Self {
        Self::new(path, Kind::Dir, 0o755)
    }

    /// A symbolic link.
    pub fn symlink(path: impl Into<String>, target: impl Into<String>) -> Self {
        Self::new(path, Kind::Symlink(target.into()), 0o777)
    }

    /// A device or pipe.
    pub fn special(path: impl Into<String>, kind: Kind, mode: u16) -> Self {
        Self::new(path, kind, mode)
    }

    /// `%ghost`: listed, never in the payload.
    pub fn ghost(path: impl Into<String>) -> Self {
        Self::new(path, Kind::File(Vec::new()), 0o644).flag(0x40)
    }

    /// `%attr`: permission bits, owner, group.
    #[must_use]
    pub fn attr(mut self, mode: u16, user: &str, group: &str) -> Self {
        (self.mode, self.user, self.group) = (mode, user.to_owned(), group.to_owned());
        self
    }

    /// Permission bits.
    #[must_use]
    pub fn mode(mut self, mode: u16) -> Self {
        self.mode = mode;
        self
    }

    /// `%caps`.
    #[must_use]
    pub fn caps(mut self, caps: &str) -> Self {
        caps.clone_into(&mut self.caps);
        self
    }

    /// `%lang`; several are joined with `|`.
    #[must_use]
    pub fn lang(mut self, lang: &str) -> Self {
        lang.clone_into(&mut self.lang);
        self
    }

    /// `%config`.
    #[must_use]
    pub fn config(self) -> Self {
        self.flag(1)
    }

    /// `%config(noreplace)`.
    #[must_use]
    pub fn noreplace(self) -> Self {
        self.flag(1 | 0x10)
    }

    /// `%doc`.
    #[must_use]
    pub fn doc(self) -> Self {
        self.flag(2)
    }

    /// `%license`.
    #[must_use]
    pub fn license(self) -> Self {
        self.flag(0x80)
    }

    /// Any of rpm's file flags.
    #[must_use]
    pub fn flag(mut self, bits: u32) -> Self {
        self.flags |= bits;
        self
    }

    /// Makes it a member of a hard link set.
    #[must_use]
    pub fn linked(mut self, set: &str) -> Self {
        self.hardlink = Some(set.to_owned());
        self
    }

    /// Sets the modification time.
    #[must_use]
    pub fn mtime(mut self, mtime: u32) -> Self {
        self.mtime = Some(mtime);
        self
    }

    /// `st_mode` as the header has it.
    pub(super) fn full_mode(&self) -> u16 {
        self.mode
            | match self.kind {
                Kind::File(_) => mode::REGULAR,
                Kind::Dir => mode::DIRECTORY,
                Kind::Symlink(_) => mode::SYMLINK,
                Kind::Character(..) => mode::CHARACTER,
                Kind::Block(..) => mode::BLOCK,
                Kind::Fifo => mode::FIFO,
            }
    }

    /// Whether it is `%ghost`.
    pub fn is_ghost(&self) -> bool {
        self.flags & 0x40 != 0
    }

    /// `FILESIZES`: bytes of a file, length of a link's target, nothing else.
    pub(super) fn size(&self) -> u64 {
        match &self.kind {
            Kind::File(bytes) => bytes.len() as u64,
            Kind::Symlink(target) => target.len() as u64,
            _ => 0,
        }
    }
}
