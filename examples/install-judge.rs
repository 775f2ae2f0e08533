//! What `tests/conformance/39-install-rules.sh` compares with rpm: packages laid over a tree that has a database, or erased from it.
//!
//! ```text
//! install-judge [OPTION…] ROOT.tar OUT.tar PKG…
//!     --install          as rpm -i: what has the same name stays
//!     --erase NAME       the installed package of that name goes
//!     --nodocs           without documentation
//!     --langs A:B        only these languages
//!     --netshared A:B    paths that are left alone
//!     --noscripts        without scriptlets
//! ```
//! The order is rpm's, the time 1700000000. Warnings go to standard error; a refusal ends it with 1.
#![allow(clippy::print_stderr, reason = "a tool for scripts")]

use std::{
    collections::BTreeMap,
    error::Error,
    fs,
    io::{self, BufReader, Read},
    process::ExitCode,
    sync::Arc,
};

use drydock::{
    effects::{Dialect, Direction, Element, Incoming, Machine, Plan, Present, Stage, transact, transaction_order},
    formats::{
        rpm::{Header, PackageHead, Payload, Relation, Tag},
        tar::{END_OF_ARCHIVE, Entry, EntryKind, header_blocks, padding},
    },
    rootfs::{
        Content, Contents, Kind, Metadata, Node, Origin, Rootfs, Special,
        install::{PackageFiles, Policy, State},
        overlay,
    },
    rpmdb::{self, Backend, Change, Files, InstallFacts},
    terms::{Arch, Epoch, RootPath},
};

type Failure = Box<dyn Error>;
const NOW: u32 = 1_700_000_000;
const DATABASE: &str = "var/lib/rpm";

fn main() -> ExitCode {
    match judge(std::env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("error: {}", drydock::terms::chain(e.as_ref()).join(": "));
            ExitCode::FAILURE
        }
    }
}

#[derive(Default)]
struct Options {
    install: bool,
    erase: Vec<String>,
    policy: Policy,
    noscripts: bool,
}

/// A package file, read whole.
struct Package {
    head: PackageHead,
    incoming: Incoming,
    bytes: BTreeMap<u32, Vec<u8>>,
}

/// Bytes of the base's files and the packages'.
struct Bytes {
    base: overlay::Kept,
    packages: Vec<BTreeMap<u32, Vec<u8>>>,
}

impl Contents for Bytes {
    fn read(&self, content: &Content, _: u64) -> io::Result<Vec<u8>> {
        match content {
            Content::Inline(bytes) => Some(bytes.to_vec()),
            Content::Base { layer, entry } => self.base.get(&(*layer, *entry)).map(|b| b.to_vec()),
            Content::Package { package, file } => self.packages[package.0 as usize].get(file).cloned(),
        }
        .ok_or_else(|| io::Error::other(format!("no bytes for {content:?}")))
    }
}

fn judge(mut args: Vec<String>) -> Result<(), Failure> {
    let mut options = Options::default();
    while args.first().is_some_and(|a| a.starts_with("--")) {
        let option = args.remove(0);
        let list = |text: &str| text.split(':').map(str::to_owned).collect::<Vec<_>>();
        let mut take = || if args.is_empty() { Err("an option without its value") } else { Ok(args.remove(0)) };
        match option.as_str() {
            "--install" => options.install = true,
            "--noscripts" => options.noscripts = true,
            "--nodocs" => options.policy.docs = false,
            "--erase" => options.erase.push(take()?),
            "--langs" => options.policy.langs = Some(list(&take()?)),
            "--netshared" => options.policy.net_shared = list(&take()?),
            other => return Err(format!("no option {other}").into()),
        }
    }
    let [root, out, names @ ..] = &args[..] else {
        return Err("see the first lines of examples/install-judge.rs".into());
    };
    let (mut tree, mut base) = (Rootfs::new(), overlay::Kept::new());
    overlay::apply(&mut tree, 0, BufReader::new(fs::File::open(root)?), &|_, _| true, &mut base)?;
    let packages = names.iter().map(|name| package(name)).collect::<Result<Vec<_>, _>>()?;
    let contents = run(&mut tree, base, &options, packages)?;
    Ok(fs::write(out, archive(&tree, &contents)?)?)
}

fn package(name: &str) -> Result<Package, Failure> {
    let mut input = BufReader::new(fs::File::open(name)?);
    let head = PackageHead::read(&mut input)?;
    let mut payload = Payload::new(&head, input)?;
    let mut bytes = BTreeMap::new();
    while let Some(member) = payload.next()? {
        let mut content = Vec::new();
        (&mut payload).take(member.size).read_to_end(&mut content)?;
        bytes.insert(member.file as u32, content);
    }
    let header = head.main.clone();
    let incoming = Incoming { nevra: header.nevra()?, files: header.files()?.into(), header };
    Ok(Package { head, incoming, bytes })
}

/// The transaction, and the database after it.
fn run(tree: &mut Rootfs, base: overlay::Kept, options: &Options, packages: Vec<Package>) -> Result<Bytes, Failure> {
    let database = database(tree, &base)?;
    let dialect = Dialect::of(&"4.18.0".parse()?);
    let mut installed = Vec::new();
    for package in Backend::Sqlite.read(&database)? {
        let header = package.header;
        let files: Arc<[_]> = header.files()?.into();
        let mut states: Vec<State> =
            header.bytes(Tag::FILESTATES).unwrap_or_default().iter().map(|b| State::from_byte(*b)).collect();
        states.resize(files.len(), State::Normal);
        let package_files = PackageFiles { nevra: header.nevra()?, files, states };
        installed.push(Present { instance: package.instance, header, package: package_files });
    }
    let leaving = leaving(&installed, options, &packages, &dialect)?;
    let elements: Vec<_> =
        packages.iter().map(|p| Element { header: &p.head.main, files: &p.incoming.files }).collect();
    let order = transaction_order(&elements, Direction::Install, &dialect)?;
    let mut waiting: Vec<Option<Package>> = packages.into_iter().map(Some).collect();
    let packages: Vec<Package> = order.into_iter().filter_map(|i| waiting[i].take()).collect();
    let contents = Bytes { base, packages: packages.iter().map(|p| p.bytes.clone()).collect() };
    let plan = Plan {
        installed: installed.clone(),
        leaving: &leaving,
        incoming: packages.iter().map(|p| p.incoming.clone()).collect(),
        policy: &options.policy,
        dialect,
        scriptlets: !options.noscripts,
    };
    let machine = Machine { arch: Arch::X86_64, release: "5.14.0-1.el9.x86_64".to_owned() };
    let done = transact(&mut Stage::new(tree, &contents, machine, Epoch::new(NOW)), plan)?.files;
    done.warnings.iter().for_each(|warning| eprintln!("warning: {warning}"));

    let mut change = Change::new(Arch::X86_64);
    change.remove = leaving.iter().map(|&place| installed[place].instance).collect();
    let mut changed: BTreeMap<usize, Vec<(u32, u8)>> = BTreeMap::new();
    done.restated.iter().for_each(|(p, file, state)| changed.entry(*p).or_default().push((*file, *state as u8)));
    for (place, states) in changed {
        change.rewrite.push((installed[place].instance, rpmdb::with_file_states(&installed[place].header, &states)?));
    }
    for (package, states) in packages.iter().zip(&done.states) {
        let file_states = states.iter().map(|s| *s as u8).collect();
        let facts = InstallFacts { time: NOW, tid: NOW, color: 3, file_states };
        change.add.push(rpmdb::installed_header(&package.head, &facts)?);
    }
    for (name, bytes) in Backend::Sqlite.write(Some(&database), &change)?.files {
        let kind = Kind::File { size: bytes.len() as u64, content: Content::Inline(bytes.into()) };
        let path = RootPath::new(format!("{DATABASE}/{name}"))?;
        tree.insert(path, Node { kind, metadata: Metadata::of_root(0o644, 0), origin: Origin::Effect });
    }
    Ok(contents)
}

fn database(tree: &Rootfs, base: &overlay::Kept) -> Result<Files, Failure> {
    let dir = RootPath::new(DATABASE)?;
    let mut files = Files::new();
    for (name, node) in tree.children(&dir) {
        if let Kind::File { content: Content::Base { layer, entry }, .. } = &node.kind {
            let bytes = base.get(&(*layer, *entry)).ok_or("a file without bytes")?;
            files.insert(String::from_utf8(name.to_vec())?, Arc::clone(bytes));
        }
    }
    Ok(files)
}

/// What goes: what is upgraded, obsoleted, named.
fn leaving(
    installed: &[Present],
    options: &Options,
    packages: &[Package],
    dialect: &Dialect,
) -> Result<Vec<usize>, Failure> {
    let mut given: Vec<usize> = Vec::new();
    let mut goes = |name: &str, arch: Option<&str>| {
        let places = installed.iter().enumerate().filter(|(_, p)| {
            let nevra = &p.package.nevra;
            nevra.name == name && arch.is_none_or(|arch| nevra.arch == *arch || arch == "noarch")
        });
        let places: Vec<usize> = places.map(|(place, _)| place).filter(|place| !given.contains(place)).collect();
        given.extend(places);
    };
    for package in packages.iter().filter(|_| !options.install) {
        goes(&package.incoming.nevra.name, Some(&package.incoming.nevra.arch.to_string()));
        for obsolete in package.head.main.dependencies(Relation::Obsoletes)? {
            goes(&obsolete.name, None);
        }
    }
    options.erase.iter().for_each(|name| goes(name, None));
    let header = |place: usize| -> &Header { &installed[place].header };
    let elements: Vec<_> =
        given.iter().map(|&p| Element { header: header(p), files: &installed[p].package.files }).collect();
    Ok(transaction_order(&elements, Direction::Erase, dialect)?.into_iter().map(|i| given[i]).collect())
}

fn archive(tree: &Rootfs, contents: &Bytes) -> Result<Vec<u8>, Failure> {
    let (mut out, mut seen) = (Vec::new(), BTreeMap::new());
    for (path, leaf, node) in tree.iter().filter(|(path, ..)| !path.is_root()) {
        let mut bytes = Vec::new();
        let first = seen.entry(leaf).or_insert_with(|| path.clone());
        let kind = match &node.kind {
            Kind::Directory => EntryKind::Directory,
            _ if first != path => EntryKind::Hardlink(first.as_bytes().to_vec()),
            Kind::Symlink(target) => EntryKind::Symlink(target.clone()),
            Kind::File { content, .. } => {
                bytes = contents.read(content, u64::MAX)?;
                EntryKind::File
            }
            Kind::Special(Special::Fifo) => EntryKind::Fifo,
            Kind::Special(Special::Char { major, minor }) => EntryKind::Char { major: *major, minor: *minor },
            Kind::Special(Special::Block { major, minor }) => EntryKind::Block { major: *major, minor: *minor },
        };
        let Metadata { mode, uid, gid, mtime, xattrs } = node.metadata.clone();
        let xattrs = xattrs.map(|x| x.iter().map(|(k, v)| (k.clone(), v.clone())).collect()).unwrap_or_default();
        let size = bytes.len() as u64;
        let entry = Entry { path: path.as_bytes().to_vec(), kind, mode: mode.into(), uid, gid, size, mtime, xattrs };
        out.extend(header_blocks(&entry));
        out.extend(bytes);
        out.resize(out.len() + padding(size), 0);
    }
    out.extend(END_OF_ARCHIVE);
    Ok(out)
}
