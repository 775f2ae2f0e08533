//! The base's package database: found, read, and written anew.

use std::sync::Arc;

use super::{Error, base::kept_content};
use crate::{
    formats::rpm::{Header, Tag},
    rootfs::{
        Rootfs,
        install::{PackageFiles, State},
        overlay::Kept,
    },
    rpmdb::{self, Backend, Files, Installed},
    terms::{Epoch, Nevra, RootPath},
};

/// Where a database goes that is made from nothing (rpm's own default, and RHEL's up to 9).
const DEFAULT_DIR: &str = "var/lib/rpm";

/// A package database in an image.
#[derive(Debug)]
pub(super) struct Database {
    /// Its directory, symlinks resolved.
    pub dir: RootPath,
    /// Its kind.
    pub backend: Backend,
    /// Its files.
    pub files: Files,
    /// The packages.
    pub packages: Vec<Installed>,
}

impl Database {
    /// Looks where rpm would look.
    pub fn find(tree: &Rootfs, kept: &Kept, image: &str) -> Result<Option<Self>, Error> {
        for dir in rpmdb::PATHS {
            let dir = RootPath::new(dir).expect("a valid path");
            let Ok(at) = tree.follow(&dir) else { continue };
            let files = files(tree, kept, &at.path);
            let names: Vec<&String> = files.keys().collect();
            let Some(backend) = rpmdb::detect(&names) else { continue };
            let packages = backend.read(&files).map_err(|source| Error::Rpmdb {
                path: at.path.join(backend.file().as_bytes()).to_string(),
                image: image.to_owned(),
                source,
            })?;
            return Ok(Some(Self { dir: at.path, backend, files, packages }));
        }
        Ok(None)
    }

    /// The newest build time of its packages.
    pub fn newest_build_time(&self) -> Epoch {
        let times = self.packages.iter().filter_map(|p| p.header.u32(Tag::BUILDTIME));
        Epoch::new(times.max().unwrap_or_default())
    }

    /// Its packages by name; keys (`gpg-pubkey`) are not packages.
    pub fn named(&self) -> impl Iterator<Item = (&Installed, Nevra)> {
        self.packages
            .iter()
            .filter_map(|p| p.header.nevra().ok().map(|n| (p, n)))
            .filter(|(_, n)| n.name != "gpg-pubkey")
    }

    /// Public keys imported into it.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let keys = self.packages.iter().filter(|p| p.header.text(Tag::NAME) == Some("gpg-pubkey"));
        keys.filter_map(|p| p.header.text(Tag::DESCRIPTION))
    }
}

/// The files of a directory; what is no file, or was not kept, is not among them.
fn files(tree: &Rootfs, kept: &Kept, dir: &RootPath) -> Files {
    let paths = tree.below(dir).map(|(path, _)| path).filter(|path| path.parent().as_ref() == Some(dir));
    let file = |path: &RootPath| {
        let name = String::from_utf8(path.name().to_vec()).ok()?;
        Some((name, kept_content(tree, kept, path)?))
    };
    paths.filter_map(file).collect()
}

/// The directory a database from nothing goes to: the one some package made, else rpm's default.
pub(super) fn directory(tree: &Rootfs) -> RootPath {
    let candidates = rpmdb::PATHS.iter().filter_map(|dir| RootPath::new(dir).ok());
    let made = candidates.filter_map(|dir| tree.follow(&dir).ok()).find(|at| at.exists);
    made.map_or_else(|| RootPath::new(DEFAULT_DIR).expect("a valid path"), |at| at.path)
}

/// A package of the database as the install rules see it.
pub(super) fn package_files(header: &Header, nevra: Nevra) -> Result<PackageFiles, Error> {
    let failed = |source| Error::Header { package: nevra.clone(), source };
    let files: Arc<[_]> = header.files().map_err(failed)?.into();
    let mut states: Vec<State> = header
        .raw(Tag::FILESTATES)
        .map(|(_, _, bytes)| bytes.iter().map(|b| State::from_byte(*b)).collect())
        .unwrap_or_default();
    states.resize(files.len(), State::Normal);
    Ok(PackageFiles { nevra, files, states })
}
