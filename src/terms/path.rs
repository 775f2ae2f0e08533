//! Paths inside an image: the one door through which package, tar and recipe names become paths.

use std::{borrow::Borrow, fmt};

/// A path inside the image: bytes, relative to its root, without `.`, `..`, empty or NUL-bearing components.
/// The root itself is the empty path. Ordered bytewise.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RootPath(Box<[u8]>);

/// A name that cannot be a path inside an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("path {path:?} {why}")]
pub struct InvalidPath {
    /// The name as given, lossily.
    pub path: String,
    /// What is wrong with it.
    pub why: &'static str,
}

impl RootPath {
    /// The root directory.
    pub fn root() -> Self {
        Self::default()
    }

    /// Takes `/a/b`, `a/b`, `./a//b/`: all mean `a/b`. Refuses `..`, NUL and names over 4096 bytes.
    pub fn new(name: impl AsRef<[u8]>) -> Result<Self, InvalidPath> {
        let name = name.as_ref();
        let bad = |why| InvalidPath { path: String::from_utf8_lossy(&name[..name.len().min(200)]).into_owned(), why };
        if name.len() > 4096 {
            return Err(bad("is longer than 4096 bytes"));
        }
        let mut out = Vec::with_capacity(name.len());
        for part in name.split(|&b| b == b'/') {
            match part {
                b"" | b"." => continue,
                b".." => return Err(bad("climbs out with \"..\"")),
                p if p.contains(&0) => return Err(bad("holds a NUL byte")),
                p => {
                    if !out.is_empty() {
                        out.push(b'/');
                    }
                    out.extend_from_slice(p);
                }
            }
        }
        Ok(Self(out.into()))
    }

    /// The bytes, without a leading slash.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether this is the root directory.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The directory that holds this path; none for the root.
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        let cut = self.0.iter().rposition(|&b| b == b'/').unwrap_or(0);
        Some(Self(self.0[..cut].into()))
    }

    /// The last component; empty for the root.
    pub fn name(&self) -> &[u8] {
        self.0.rsplit(|&b| b == b'/').next().unwrap_or(&[])
    }

    /// This path and one more component, which must hold no slash.
    pub fn join(&self, name: &[u8]) -> Self {
        debug_assert!(!name.contains(&b'/') && !name.is_empty());
        if self.is_root() {
            return Self(name.into());
        }
        Self([&self.0, b"/".as_slice(), name].concat().into())
    }

    /// The components, first to last.
    pub fn components(&self) -> impl Iterator<Item = &[u8]> {
        self.0.split(|&b| b == b'/').filter(|p| !p.is_empty())
    }

    /// Whether this path lies strictly below `dir`.
    pub fn is_below(&self, dir: &Self) -> bool {
        dir.is_root() && !self.is_root()
            || self.0.len() > dir.0.len() && self.0.starts_with(&dir.0) && self.0[dir.0.len()] == b'/'
    }
}

impl Borrow<[u8]> for RootPath {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for RootPath {
    /// With a leading slash; bytes that are not UTF-8 as U+FFFD.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Debug for RootPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_per_path() {
        for same in ["/a/b", "a/b", "./a//b/", "/./a/./b"] {
            assert_eq!(RootPath::new(same).expect("valid"), RootPath::new("a/b").expect("valid"));
        }
        assert!(RootPath::new("/").expect("root").is_root());
        for bad in ["a/../b", "..", "a\0b"] {
            assert!(RootPath::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn walking_up_and_down() {
        let p = RootPath::new("usr/lib/x").expect("valid");
        assert_eq!(p.parent().expect("not root").to_string(), "/usr/lib");
        assert_eq!(p.name(), b"x");
        assert!(p.is_below(&RootPath::new("usr").expect("valid")));
        assert!(!p.is_below(&RootPath::new("us").expect("valid")));
        assert!(p.is_below(&RootPath::root()));
        assert_eq!(RootPath::new("x").expect("valid").parent(), Some(RootPath::root()));
    }
}
