//! Facts worked out while packages arrive: the network and the resolver leave cores idle, and what depmod and ldconfig will ask
//! of a package is known by its file list. Only a saving of time: what is not foreseen, or fails here, is worked out when asked.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Read},
    sync::{Arc, OnceLock},
};

use super::{
    PayloadOrLook, crew,
    derive::{self, Facts},
    small,
};
use crate::{
    effects::{Foresight, foresee},
    fetch::{Package, Room},
    formats::{compression::sniffing_decoder, rpm::Payload, tar},
    pipeline::base::Base,
    rootfs::{Content, Kind},
    store::{Blob, Store, Verified},
    terms::Digest,
};

/// That everything foreseen of an archive is remembered. Changes with what is foreseen.
const KIND: &str = "foreseen-1";
/// A package with nothing but small files, and no scriptlet that may want them, is decoded up to this size: a larger one fills
/// the room that kernels need.
const SMALL_PACKAGE: u64 = 16 << 20;

/// An archive, once it is known.
enum Known {
    Package(Box<Verified<Package>>),
    Layer(Verified<Blob>, BTreeMap<u32, Foresight>),
}

/// What an archive's facts are remembered by, and how each is looked for.
struct Looked {
    key: Digest,
    files: BTreeMap<u32, Foresight>,
}

/// Works out what will be asked of `base` and of packages as they come.
pub(in crate::pipeline) struct Foreseeing<'a> {
    pub store: &'a Store,
    pub room: &'a Room,
    pub jobs: usize,
    pub base: &'a Base,
    /// Whether scriptlets will run: nobody else asks.
    pub scriptlets: bool,
}

impl Foreseeing<'_> {
    /// Runs `bring`, which says the number of each package, below `packages`, that has come; `check` makes a package of it, on
    /// any thread. None where that could not be done; why is `check`'s to keep.
    pub fn while_coming<T>(
        &self,
        packages: usize,
        check: &(dyn Fn(usize) -> Option<Verified<Package>> + Sync),
        bring: impl FnOnce(&dyn Fn(usize)) -> T,
    ) -> T {
        let layers = if self.scriptlets { self.layers() } else { Vec::new() };
        let looked: Vec<OnceLock<Looked>> = (0..packages + layers.len()).map(|_| OnceLock::new()).collect();
        let known = |archive: usize| match archive.checked_sub(packages) {
            None => check(archive).map(|p| Known::Package(Box::new(p))),
            Some(layer) => layers.get(layer).map(|(_, blob, files)| Known::Layer(blob.clone(), files.clone())),
        };
        let key = |archive: usize, known: &Known| match known {
            Known::Package(package) => derive::key_of(&package.blob.checksum().to_string()),
            Known::Layer(..) => derive::key_of(&layers[archive - packages].0),
        };
        let read = |archive: usize, each: &mut crew::Each<'_>| {
            let Some(known) = known(archive).filter(|_| self.scriptlets) else { return Ok(()) };
            let key = key(archive, &known);
            if self.store.recall(KIND, &key).is_some() {
                return Ok(());
            }
            let looked = looked[archive].get_or_init(|| Looked { key, files: known.files() });
            self.read(&known, looked, each)
        };
        let look = |archive: usize, file: u32, size: u64, bytes: &mut dyn Read| {
            let look = looked[archive].get().and_then(|l| l.files.get(&file)).map(|f| f.look);
            look.ok_or(io::ErrorKind::NotFound)?(size, bytes)
        };
        let (brought, found) = crew::look_while_coming(looked.len(), self.jobs, &read, &look, |arrive| {
            (packages..packages + layers.len()).for_each(arrive);
            bring(arrive)
        });
        for (looked, found) in looked.into_iter().zip(found) {
            if let (Some(looked), Ok(found)) = (looked.into_inner(), found) {
                self.remember(&looked, found);
            }
        }
        brought
    }

    /// The base's layers that have something to look at, with what they are remembered by.
    fn layers(&self) -> Vec<(String, Verified<Blob>, BTreeMap<u32, Foresight>)> {
        let mut wanted: BTreeMap<u32, BTreeMap<u32, Foresight>> = BTreeMap::new();
        for (path, _, node) in self.base.tree.iter() {
            if let Kind::File { content: Content::Base { layer, entry }, .. } = node.kind
                && !self.base.kept.contains_key(&(layer, entry))
                && let Some(foresight) = foresee(path.as_bytes())
            {
                wanted.entry(layer).or_default().insert(entry, foresight);
            }
        }
        let of = |(layer, files): (u32, _)| {
            let name = self.base.diff_ids().get(layer as usize)?.to_string();
            Some((name, self.base.blobs.get(layer as usize)?.clone(), files))
        };
        wanted.into_iter().filter_map(of).collect()
    }

    fn read(&self, known: &Known, looked: &Looked, each: &mut crew::Each<'_>) -> io::Result<()> {
        let wanted: BTreeSet<u32> = looked.files.keys().copied().collect();
        match known {
            Known::Layer(blob, _) => {
                let file = blob.open().map_err(io::Error::other)?;
                let decoder = sniffing_decoder(io::BufReader::with_capacity(256 << 10, file))?;
                super::stream_tar(tar::Reader::new(decoder), &wanted, each)
            }
            Known::Package(package) if !wanted.is_empty() || has_small(package) => {
                let mut keeping = small::Keeping::default();
                let read = |payload: &mut Payload<'_>| {
                    super::each_member(package, payload, &mut |number, path, size, content| match wanted
                        .contains(&number)
                    {
                        true => each(number, size, content),
                        false => keeping.offer(number, path, size, content),
                    })
                    .map_err(PayloadOrLook)
                };
                package.read_and_keep(self.store.scratch(), self.room, read).map_err(|PayloadOrLook(error)| error)?;
                keeping.remember(self.store, &looked.key);
                Ok(())
            }
            Known::Package(_) => Ok(()),
        }
    }

    fn remember(&self, looked: &Looked, found: BTreeMap<u32, Arc<[u8]>>) {
        let mut by_kind: BTreeMap<&'static str, Facts> = BTreeMap::new();
        for (file, facts) in found {
            if let Some(foresight) = looked.files.get(&file) {
                by_kind.entry(foresight.kind).or_default().insert(file, facts);
            }
        }
        let stored = |(kind, new): (&'static str, Facts)| {
            let kind = derive::stored_kind(kind);
            let mut facts = self.store.recall(&kind, &looked.key).and_then(|b| derive::parse(&b)).unwrap_or_default();
            facts.extend(new);
            self.store.remember(&kind, &looked.key, &derive::text(&facts))
        };
        if by_kind.into_iter().map(stored).all(|done| done.is_ok()) {
            self.store.remember(KIND, &looked.key, b"looked at").ok();
        }
    }
}

impl Known {
    fn files(&self) -> BTreeMap<u32, Foresight> {
        match self {
            Self::Layer(_, files) => files.clone(),
            Self::Package(package) => {
                let regular = package.files.iter().enumerate().filter(|(_, f)| f.is_regular() && !f.is_ghost());
                regular.filter_map(|(i, f)| Some((i as u32, foresee(f.path.strip_prefix(b"/")?)?))).collect()
            }
        }
    }
}

/// Whether a package has files that scriptlets look into, and may well be asked for them.
fn has_small(package: &Package) -> bool {
    let kept = |path: &[u8], size| small::interest(path, size) == small::Interest::Kept;
    let size: u64 = package.files.iter().filter(|f| f.is_regular()).map(|f| f.size).sum();
    (size <= SMALL_PACKAGE || package.header().scriptlets().is_ok_and(|s| !s.is_empty()))
        && package.files.iter().any(|f| f.is_regular() && f.path.strip_prefix(b"/").is_some_and(|p| kept(p, f.size)))
}
