//! Names of images in registries.
//!
//! The grammar is `distribution/reference`'s: `[host[:port]/]path[:tag][@sha256:…]`. As there, the first component is a
//! host if it has a dot, a colon or an upper-case letter, or is `localhost`; otherwise the host is docker.io, whose
//! one-component names live below `library/`.

use std::{fmt, str::FromStr};

use crate::terms::{Class, Digest, Fault};

/// Text that is no name of an image, or not the kind that is needed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not usable as an image reference: {why}")]
pub struct InvalidReference {
    /// The text.
    pub text: String,
    /// What is the matter with it.
    pub why: &'static str,
    /// What to type instead.
    pub instead: Option<String>,
}

impl Fault for InvalidReference {
    fn class(&self) -> Class {
        Class::Usage
    }

    fn hint(&self) -> Option<String> {
        self.instead.clone()
    }
}

/// An image by tag, by digest, by both, or by neither.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// `host[:port]`; `docker.io` where none was written.
    pub host: String,
    /// The path.
    pub repository: String,
    /// The tag, if one was written.
    pub tag: Option<String>,
    /// The digest, if one was written.
    pub digest: Option<Digest>,
}

/// An image by tag: a place to publish to, or one that may be another image tomorrow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagRef {
    /// `host[:port]`.
    pub host: String,
    /// The path.
    pub repository: String,
    /// The tag.
    pub tag: String,
}

/// An image by digest: always the same bytes. The only kind a build accepts as its base.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PinnedRef {
    /// `host[:port]`.
    pub host: String,
    /// The path.
    pub repository: String,
    /// The tag it had when it was written down: for people, never looked up.
    pub tag: Option<String>,
    /// The digest.
    pub digest: Digest,
}

impl Reference {
    /// As a pinned reference.
    ///
    /// # Errors
    /// When there is no digest; the hint says how to get it.
    pub fn pinned(&self) -> Result<PinnedRef, InvalidReference> {
        let Some(digest) = self.digest else {
            return Err(InvalidReference {
                text: self.to_string(),
                why: "it has no digest, and a tag may be another image tomorrow",
                instead: Some(format!("`drydock inspect {self}` prints the digest: append it as @sha256:…")),
            });
        };
        let Self { host, repository, tag, .. } = self.clone();
        Ok(PinnedRef { host, repository, tag, digest })
    }

    /// As a tag, `latest` where none was written.
    ///
    /// # Errors
    /// When there is a digest: one cannot publish to a digest.
    pub fn tagged(&self) -> Result<TagRef, InvalidReference> {
        if self.digest.is_some() {
            return Err(InvalidReference {
                text: self.to_string(),
                why: "it has a digest, and what is published is named by a tag",
                instead: Some("leave out everything from the @".into()),
            });
        }
        let Self { host, repository, tag, .. } = self.clone();
        Ok(TagRef { host, repository, tag: tag.unwrap_or_else(|| "latest".into()) })
    }
}

impl FromStr for Reference {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        let bad = |why| InvalidReference { text: text.chars().take(300).collect(), why, instead: None };
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (
                rest,
                Some(
                    digest
                        .parse::<Digest>()
                        .map_err(|_| bad("after the @ must come sha256: and 64 lower-case hex digits"))?,
                ),
            ),
            None => (text, None),
        };
        let last = rest.rfind('/').map_or(0, |i| i + 1);
        let (name, tag) = match rest[last..].split_once(':') {
            Some((_, tag)) => (&rest[..rest.len() - tag.len() - 1], Some(tag)),
            None => (rest, None),
        };
        if tag.is_some_and(|t| !is_tag(t)) {
            return Err(bad(
                "a tag has up to 128 letters, digits, dots, dashes and underscores, and begins with none of \".-\"",
            ));
        }
        let (host, path) = split_host(name);
        if !is_host(host) {
            return Err(bad("the host is not a name or address with an optional port"));
        }
        let repository = match host {
            "docker.io" if !path.contains('/') => format!("library/{path}"),
            _ => path.to_owned(),
        };
        check_repository(path).map_err(|why| {
            let instead = path
                .bytes()
                .any(|b| b.is_ascii_uppercase())
                .then(|| format!("did you mean {}?", text.replacen(path, &path.to_ascii_lowercase(), 1)));
            InvalidReference { instead, ..bad(why) }
        })?;
        if host.len() + repository.len() > 255 {
            return Err(bad("host and path together are longer than 255 characters"));
        }
        Ok(Self { host: host.to_owned(), repository, tag: tag.map(str::to_owned), digest })
    }
}

fn split_host(name: &str) -> (&str, &str) {
    match name.split_once('/') {
        Some((first, path))
            if first.contains(['.', ':']) || first == "localhost" || first.bytes().any(|b| b.is_ascii_uppercase()) =>
        {
            let docker = first == "index.docker.io" || first == "registry-1.docker.io";
            (if docker { "docker.io" } else { first }, path)
        }
        _ => ("docker.io", name),
    }
}

fn is_host(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[').and_then(|h| h.split_once(']')) {
        Some((address, rest)) => {
            let v6 = !address.is_empty() && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':' || b == b'.');
            if !v6 || !(rest.is_empty() || rest.starts_with(':')) {
                return false;
            }
            ("v6", rest.strip_prefix(':'))
        }
        None => host.split_once(':').map_or((host, None), |(h, p)| (h, Some(p))),
    };
    let label = |l: &str| {
        !l.is_empty()
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    name.split('.').all(label) && port.is_none_or(|p| p.parse::<u16>().is_ok() && p.bytes().all(|b| b.is_ascii_digit()))
}

fn is_tag(tag: &str) -> bool {
    (1..=128).contains(&tag.len())
        && tag.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
        && !tag.starts_with(['.', '-'])
}

/// Lower-case letters and digits, separated within a component by one dot, one or two underscores, or any dashes.
fn check_repository(path: &str) -> Result<(), &'static str> {
    if path.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err("the repository has upper-case letters");
    }
    if path.is_empty() || path.split('/').any(str::is_empty) {
        return Err("the repository or a part of it is empty");
    }
    for part in path.split('/') {
        let alnum = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let bytes = part.as_bytes();
        if !bytes.first().is_some_and(alnum) || !bytes.last().is_some_and(alnum) {
            return Err("each part of the repository begins and ends with a letter or digit");
        }
        let separators = part.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        for s in separators.filter(|s| !s.is_empty()) {
            if !(s == "." || s == "_" || s == "__" || s.bytes().all(|b| b == b'-')) {
                return Err("the repository has characters other than letters, digits and single separators \"._-\"");
            }
        }
    }
    Ok(())
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.repository)?;
        self.tag.as_ref().map_or(Ok(()), |t| write!(f, ":{t}"))?;
        self.digest.map_or(Ok(()), |d| write!(f, "@{d}"))
    }
}

impl fmt::Display for TagRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}:{}", self.host, self.repository, self.tag)
    }
}

impl fmt::Display for PinnedRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Reference::from(self.clone()).fmt(f)
    }
}

impl FromStr for TagRef {
    type Err = InvalidReference;

    fn from_str(s: &str) -> Result<Self, InvalidReference> {
        s.parse::<Reference>()?.tagged()
    }
}

impl FromStr for PinnedRef {
    type Err = InvalidReference;

    fn from_str(s: &str) -> Result<Self, InvalidReference> {
        s.parse::<Reference>()?.pinned()
    }
}

impl From<TagRef> for Reference {
    fn from(t: TagRef) -> Self {
        Self { host: t.host, repository: t.repository, tag: Some(t.tag), digest: None }
    }
}

impl From<PinnedRef> for Reference {
    fn from(p: PinnedRef) -> Self {
        Self { host: p.host, repository: p.repository, tag: p.tag, digest: Some(p.digest) }
    }
}
