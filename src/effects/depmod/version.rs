//! Which kmod an image has. Its tables differ from release to release, and so does what the scriptlets of RHEL 8, 9 and 10 leave.
//!
//! | kmod | library | where | what changed |
//! |---|---|---|---|
//! | 25 | `libkmod.so.2.3.3` | RHEL 8 | |
//! | 27 | `2.3.5` | | `modules.builtin.alias.bin` |
//! | 28 | `2.3.6` | RHEL 9 | modules compressed with zstd |
//! | 29 | `2.3.7` | | `/etc/depmod.d` before `/run/depmod.d`, and `/usr/local/lib/depmod.d` |
//! | 30 | `2.4.0` | Debian 12 | `exclude` in depmod.d |
//! | 31, 32 | `2.4.1`, `2.4.2` | RHEL 10 | `--outdir`, which Red Hat has in older ones, too; the directory is made |
//! | 33 | `2.5.0` | | `modules.weakdep`, `/usr/lib/depmod.d` |
//! | 34 | `2.5.1` | Fedora | tries with parents first; the first mention in `modules.order` counts; `--moduledir` |
//!
//! From the `LIBKMOD_CURRENT`, `_REVISION` and `_AGE` of each release's build files, and its `tools/depmod.c`.

use crate::{
    rootfs::{Kind, Rootfs},
    terms::RootPath,
};

/// A release of kmod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(pub u32);

impl Version {
    /// Where nothing tells: that of RHEL 9 and its kin writes what every modprobe reads.
    pub const DEFAULT: Self = Self(28);
    /// The first that writes `modules.builtin.alias.bin`.
    pub const BUILTIN_ALIASES: Self = Self(27);
    /// The first that looks into `/etc/depmod.d` before `/run/depmod.d`.
    pub const LOCAL_CONFIG: Self = Self(29);
    /// The first that makes its output directory.
    pub const MAKES_DIRECTORY: Self = Self(31);
    /// The first that writes `modules.weakdep`.
    pub const WEAKDEPS: Self = Self(33);
    /// The first that writes tries with parents first.
    pub const PARENTS_FIRST: Self = Self(34);

    /// By the library's name.
    fn of_library(name: &[u8]) -> Option<Self> {
        let rest = std::str::from_utf8(name.strip_prefix(b"libkmod.so.2.")?).ok()?;
        let (age, revision) = rest.split_once('.')?;
        let (age, revision): (u32, u32) = (age.parse().ok()?, revision.parse().ok()?);
        match age {
            3 => revision.checked_add(22),
            4 => revision.checked_add(30),
            _ => revision.checked_add(33).filter(|_| age > 4),
        }
        .map(Self)
    }

    /// That of the image: by the newest library in its library directories.
    pub fn of(fs: &Rootfs) -> Self {
        let mut found = None;
        for dir in ["usr/lib64", "usr/lib", "lib64", "lib"] {
            let Some(dir) = directory(fs, dir) else { continue };
            found = found.max(within(fs, &dir));
            // Debian has its libraries one level deeper, by architecture.
            let multiarch = fs.children(&dir).filter(|(name, _)| name.windows(7).any(|w| w == b"-linux-"));
            let dirs: Vec<RootPath> =
                multiarch.filter(|(_, n)| n.is_directory()).map(|(name, _)| dir.join(name)).collect();
            found = found.max(dirs.iter().filter_map(|d| within(fs, d)).max());
        }
        found.unwrap_or(Self::DEFAULT)
    }
}

fn directory(fs: &Rootfs, path: &str) -> Option<RootPath> {
    let found = fs.follow(&RootPath::new(path).ok()?).ok()?;
    found.exists.then_some(found.path)
}

fn within(fs: &Rootfs, dir: &RootPath) -> Option<Version> {
    let files = fs.children(dir).filter(|(_, node)| matches!(node.kind, Kind::File { .. }));
    files.filter_map(|(name, _)| Version::of_library(name)).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::process::testing::Image;

    #[test]
    fn a_library_tells_the_release() {
        let of = |name: &[u8]| Version::of_library(name).map(|v| v.0);
        assert_eq!(of(b"libkmod.so.2.3.3"), Some(25));
        assert_eq!(of(b"libkmod.so.2.3.7"), Some(29));
        assert_eq!(of(b"libkmod.so.2.4.0"), Some(30));
        assert_eq!(of(b"libkmod.so.2.5.1"), Some(34));
        assert_eq!(of(b"libkmod.so.2"), None);
        let image = Image::new().file("usr/lib/x86_64-linux-gnu/libkmod.so.2.4.0", "", 0o644);
        assert_eq!(Version::of(&image.fs), Version(30));
        assert_eq!(Version::of(&Image::new().fs), Version::DEFAULT);
    }
}
