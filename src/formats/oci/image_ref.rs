//! Where an image is: in a registry, in a layout directory, in an archive.

use std::{fmt, path::PathBuf, str::FromStr};

use super::{InvalidReference, Reference};

/// An image in one of skopeo's transports that drydock speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageRef {
    /// `REF` or `docker://REF`.
    Docker(Reference),
    /// `oci:DIR[:TAG]`: an OCI layout.
    Oci {
        /// Its directory.
        dir: PathBuf,
        /// The name in its index; none where it holds one image only.
        tag: Option<String>,
    },
    /// `oci-archive:FILE[:TAG]`: an OCI layout in a tar file.
    OciArchive {
        /// The file.
        file: PathBuf,
        /// The name in its index; none where it holds one image only.
        tag: Option<String>,
    },
}

/// Transports people may try, none of which drydock has: a misread one would become a strange repository name.
const FOREIGN: [&str; 8] =
    ["docker-daemon", "containers-storage", "docker-archive", "dir", "ostree", "sif", "tarball", "docker-tar"];

impl FromStr for ImageRef {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        let bad = |why, instead: Option<&str>| InvalidReference {
            text: text.chars().take(300).collect(),
            why,
            instead: instead.map(str::to_owned),
        };
        if let Some(rest) = text.strip_prefix("docker://") {
            return Ok(Self::Docker(rest.parse()?));
        }
        if let Some(rest) = text.strip_prefix("oci-archive:") {
            let (path, tag) = path_and_tag(rest).ok_or_else(|| bad("the file is missing", None))?;
            return Ok(Self::OciArchive { file: path, tag });
        }
        if let Some(rest) = text.strip_prefix("oci:") {
            let (path, tag) = path_and_tag(rest).ok_or_else(|| bad("the directory is missing", None))?;
            return Ok(Self::Oci { dir: path, tag });
        }
        if FOREIGN.iter().any(|t| text.strip_prefix(t).is_some_and(|rest| rest.starts_with(':'))) {
            return Err(bad(
                "drydock does not speak this transport",
                Some("copy the image to oci:DIR with skopeo first"),
            ));
        }
        if text.contains("://") {
            return Err(bad("an image is not named by a URL", Some("leave out the scheme: host/path:tag")));
        }
        Ok(Self::Docker(text.parse()?))
    }
}

/// As skopeo: everything behind the first colon is the tag, colons included (`oci:dir:host:5000/name:tag`).
fn path_and_tag(text: &str) -> Option<(PathBuf, Option<String>)> {
    let (path, tag) = text.split_once(':').map_or((text, None), |(p, t)| (p, Some(t)));
    (!path.is_empty()).then(|| (PathBuf::from(path), tag.filter(|t| !t.is_empty()).map(str::to_owned)))
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, path, tag) = match self {
            Self::Docker(reference) => return write!(f, "docker://{reference}"),
            Self::Oci { dir, tag } => ("oci", dir, tag),
            Self::OciArchive { file, tag } => ("oci-archive", file, tag),
        };
        write!(f, "{kind}:{}", path.display())?;
        tag.as_ref().map_or(Ok(()), |t| write!(f, ":{t}"))
    }
}
