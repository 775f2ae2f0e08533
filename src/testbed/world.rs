//! A small Red Hat-like world: RHEL 8.4 for two architectures, with a base image's packages, three kernels, a driver
//! toolkit, laid out as the content delivery network lays them out.
//!
//! Names, versions, dependencies and scriptlets follow the real packages; contents are a few bytes each. Everything in it
//! stands for some behaviour: see the functions of `base`, `kernel` and `toolkit`.

mod base;
mod elf;
mod kernel;
mod toolkit;

use std::{collections::BTreeMap, io, sync::LazyLock};

use bytes::Bytes;

use crate::{
    formats::compression::Codec,
    terms::{Arch, Nevra},
};

pub(super) use base::id_of;

use super::{
    cdn::Cdn,
    entitlement::content_set,
    files::MadeFile,
    image::{Entry, MadeImage, layer_of},
    keys::Key,
    maker::{Made, make},
    repo::{Repo, Tree},
    server::Speaks,
    spec::Spec,
    tls::Authority,
};

/// The kernel the toolkit is made for (VERSION-RELEASE); the repository has an older and a newer one beside it.
pub const KERNEL: &str = "4.18.0-305.40.1.el8_4";
/// The real-time kernel of the same day, x86_64 only.
pub const RT_KERNEL: &str = "4.18.0-305.40.1.rt7.112.el8_4";
/// The kernels beside [`KERNEL`], older and newer.
pub const OTHER_KERNELS: [&str; 2] = ["4.18.0-305.25.1.el8_4", "4.18.0-305.49.1.el8_4"];
/// `$releasever`.
pub const RELEASEVER: &str = "8.4";
/// The architectures of the world.
pub const ARCHES: [Arch; 2] = [Arch::X86_64, Arch::Aarch64];

/// The world: packages per architecture and repository.
#[derive(Debug)]
pub struct World {
    repos: BTreeMap<(Arch, &'static str), Vec<Made>>,
    base: BTreeMap<Arch, Vec<String>>,
}

/// The certificates of the keys that sign the world's packages, armored, one after the other.
pub fn trusted_keys() -> String {
    [Key::Testbed, Key::Rsa].map(Key::public_armored).concat()
}

impl World {
    /// The one world, made once per process (half a second in a debug build).
    pub fn shared() -> &'static Self {
        static WORLD: LazyLock<World> = LazyLock::new(World::new);
        &WORLD
    }

    /// Makes the world, both architectures at once.
    pub fn new() -> Self {
        let halves = std::thread::scope(|scope| {
            let threads = ARCHES.map(|arch| scope.spawn(move || (arch, half(arch))));
            threads.map(|t| t.join().expect("the world's specs are well formed"))
        });
        let mut world = Self { repos: BTreeMap::new(), base: BTreeMap::new() };
        for (arch, (base, repos)) in halves {
            world.base.insert(arch, base);
            world.repos.extend(repos.into_iter().map(|(name, packages)| ((arch, name), packages)));
        }
        world
    }

    /// The repositories of an architecture: `baseos`, `appstream`, and `rt` where there is one.
    pub fn repos(&self, arch: Arch) -> impl Iterator<Item = (&'static str, &[Made])> {
        self.repos
            .iter()
            .filter(move |((a, _), _)| *a == arch)
            .map(|((_, name), packages)| (*name, packages.as_slice()))
    }

    /// The packages a base image of this architecture holds (all of them are in `baseos` too).
    pub fn base(&self, arch: Arch) -> Vec<Made> {
        let names = &self.base[&arch];
        let wanted = |p: &&Made| names.contains(&p.spec.nevra.to_string());
        self.repos[&(arch, "baseos")].iter().filter(wanted).cloned().collect()
    }

    /// A package by `name` or the beginning of its `name-version-release`; of several the newest.
    pub fn package(&self, arch: Arch, name: &str) -> Option<&Made> {
        let fits =
            |n: &Nevra| n.name == name || format!("{}-{}", n.name, n.evr).starts_with(name) && name.contains('-');
        let all = self.repos(arch).flat_map(|(_, packages)| packages);
        let exact = |p: &&Made| p.spec.nevra.name == name;
        let mut found: Vec<&Made> = all.filter(|p| fits(&p.spec.nevra)).collect();
        if found.iter().any(exact) {
            found.retain(|p| exact(p));
        }
        found.into_iter().max_by(|a, b| a.spec.evr().cmp(b.spec.evr()))
    }

    /// Where a repository lies below a server's root: no slash at either end.
    pub fn path(arch: Arch, repo: &str) -> String {
        format!("content/dist/rhel8/{RELEASEVER}/{arch}/{repo}/os")
    }

    /// The world's content sets by the labels RHEL 8 has for them (`rhel-8-for-x86_64-baseos-rpms`), for
    /// [`Authority::entitlement`]; `$releasever` stands in their paths.
    pub fn content_sets(&self) -> Vec<serde_json::Value> {
        let one = |arch: Arch, repo: &str| {
            let path = Self::path(arch, repo).replacen(RELEASEVER, "$releasever", 1);
            content_set(&format!("rhel-8-for-{arch}-{repo}-rpms"), &format!("/{path}"), arch)
        };
        self.repos.keys().map(|(arch, repo)| one(*arch, repo)).collect()
    }

    /// Every file of every repository, by path, and the signing keys as `RPM-GPG-KEY-testbed`.
    pub fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        for ((arch, name), packages) in &self.repos {
            let root = Self::path(*arch, name);
            let files = Repo::new(packages.iter().cloned()).tree();
            tree.extend(files.into_iter().map(|(path, bytes)| (format!("{root}/{path}"), bytes)));
        }
        tree.insert("RPM-GPG-KEY-testbed".to_owned(), Bytes::from(trusted_keys()));
        tree
    }

    /// A network that delivers the world to holders of a client certificate of `authority`.
    ///
    /// # Errors
    /// When no port can be bound or no thread started.
    pub fn entitled_cdn(&self, authority: &Authority) -> io::Result<Cdn> {
        Cdn::start(self.tree(), Speaks::MutualTls(authority))
    }

    /// A base image of one gzipped layer: the base's packages unpacked, and `more` (an rpmdb, say).
    pub fn base_image(&self, arch: Arch, more: &[Entry]) -> MadeImage {
        MadeImage::new(arch, &[layer_of(&self.base(arch), more)], Codec::Gzip)
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

type Half = (Vec<String>, Vec<(&'static str, Vec<Made>)>);

fn half(arch: Arch) -> Half {
    let made = |specs: Vec<Spec>| specs.iter().map(make).collect::<Vec<_>>();
    let base = base::packages(arch);
    let names = base.iter().map(|s| s.nevra.to_string()).collect();
    let kernels = [OTHER_KERNELS[0], KERNEL, OTHER_KERNELS[1]];
    let mut baseos = base;
    baseos.extend(toolkit::baseos(arch));
    baseos.extend(kernels.iter().flat_map(|evr| kernel::packages(arch, "kernel", evr)));
    let mut repos = vec![("baseos", made(baseos)), ("appstream", made(toolkit::appstream(arch)))];
    if arch == Arch::X86_64 {
        let evrs = [RT_KERNEL, "4.18.0-305.49.1.rt7.121.el8_4"];
        repos.push(("rt", made(evrs.iter().flat_map(|evr| kernel::packages(arch, "kernel-rt", evr)).collect())));
    }
    (names, repos)
}

/// An empty package of this architecture, signed as RHEL signs.
fn package(nevr: &str, arch: Arch) -> Spec {
    Spec::new(&format!("{nevr}.{arch}")).signed_as_rhel()
}

fn program(arch: Arch, path: &str) -> MadeFile {
    MadeFile::program(path, elf::program(arch, path))
}

/// `NAME-VERSION.so` and its soname as a symlink, in `dir`.
fn library(arch: Arch, dir: &str, name: &str, version: &str, soname: &str, needed: &[&str]) -> [MadeFile; 2] {
    let file = format!("{name}-{version}.so");
    [
        MadeFile::symlink(format!("{dir}/{soname}"), file.clone()),
        MadeFile::program(format!("{dir}/{file}"), elf::shared_object(arch, soname, needed)),
    ]
}
