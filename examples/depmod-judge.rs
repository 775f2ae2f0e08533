//! What `tests/conformance/32-depmod.sh` compares with kmod's depmod: its tables, made natively of a directory of modules.
//!
//! ```text
//! depmod-judge [OPTION…] ROOT OUT [ARG…]   runs `depmod ARG…` over the tree ROOT; every modules.* file that changed goes below OUT
//!     --kmod N.N.N   the library version the image is to have (2.4.0, kmod 30)
//!     --arch ARCH    the image's architecture (x86_64)
//!     --jobs N       threads (all cores)
//!     --times        how long each part took, on standard error
//! ```
//! Standard output, standard error and the exit status are depmod's. 99 says that the judge itself failed.
#![allow(clippy::print_stderr, reason = "a tool for scripts")]

use std::{
    collections::BTreeMap,
    error::Error,
    fs,
    io::{self, Write},
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{Arc, Mutex, atomic::AtomicUsize},
    time::Instant,
};

use drydock::{
    effects::{Machine, Run, Stage, run_scriptlet_apart, settle_module_tables},
    rootfs::{Content, Contents, Kind, Look, Metadata, Node, Origin, PackageId, Rootfs},
    terms::{Arch, Epoch, RootPath},
};

type Failure = Box<dyn Error>;

fn main() -> ExitCode {
    match judge(std::env::args().skip(1).collect()) {
        Ok(run) => {
            let written = io::stdout().write_all(&run.output).and_then(|()| io::stderr().write_all(&run.errors));
            if written.is_ok() { ExitCode::from(run.status) } else { ExitCode::from(99) }
        }
        Err(e) => {
            eprintln!("depmod-judge: {}", drydock::terms::chain(e.as_ref()).join(": "));
            ExitCode::from(99)
        }
    }
}

fn judge(mut args: Vec<String>) -> Result<Run, Failure> {
    let (mut kmod, mut arch) = ("2.4.0".to_owned(), Arch::X86_64);
    let (mut jobs, mut times) = (std::thread::available_parallelism()?.get(), false);
    while args.first().is_some_and(|a| a.starts_with("--")) {
        match (args.remove(0).as_str(), &mut args) {
            ("--times", _) => times = true,
            ("--kmod", rest) if !rest.is_empty() => kmod = rest.remove(0),
            ("--arch", rest) if !rest.is_empty() => arch = rest.remove(0).parse()?,
            ("--jobs", rest) if !rest.is_empty() => jobs = rest.remove(0).parse()?,
            (other, _) => return Err(format!("no option {other}").into()),
        }
    }
    let [root, out, rest @ ..] = &args[..] else {
        return Err("see the first lines of examples/depmod-judge.rs".into());
    };
    let (mut fs, files) = tree(Path::new(root))?;
    let nothing = Kind::File { size: 0, content: Content::Inline(Arc::default()) };
    for program in ["usr/sbin/depmod".to_owned(), format!("usr/lib64/libkmod.so.{kmod}")] {
        put(&mut fs, &RootPath::new(program)?, nothing.clone(), Metadata::of_root(0o755, 0));
    }
    let host = Host { files, jobs, times, known: Mutex::default() };
    let machine = Machine { arch, release: "5.14.0-1.el9.x86_64".to_owned() };
    let mut stage = Stage::new(&mut fs, &host, machine, Epoch::new(2_000_000_000));
    let program: Vec<String> = ["/usr/sbin/depmod".to_owned()].iter().chain(rest).cloned().collect();
    let started = Instant::now();
    let run = run_scriptlet_apart(&mut stage, &program, None, &[], Vec::new());
    let called = started.elapsed();
    let again = Instant::now();
    settle_module_tables(&mut stage)?;
    if times {
        eprintln!(
            "call {called:?}, of which facts as above; tables {:?}; together {:?}",
            again.elapsed(),
            started.elapsed()
        );
    }
    for (path, _, node) in fs.iter().filter(|(_, _, n)| n.origin == Origin::Effect) {
        if let Kind::File { content: Content::Inline(bytes), .. } = &node.kind {
            let to = Path::new(out).join(String::from_utf8_lossy(path.as_bytes()).as_ref());
            fs::create_dir_all(to.parent().unwrap_or(Path::new(".")))?;
            fs::write(to, bytes.as_slice())?;
        }
    }
    Ok(run)
}

fn put(fs: &mut Rootfs, path: &RootPath, kind: Kind, metadata: Metadata) {
    if fs.parents(path, &Metadata::of_root(0o755, 0), Origin::Base).is_ok() {
        fs.insert(path.clone(), Node { kind, metadata, origin: Origin::Base });
    }
}

/// A local directory as a tree whose files are read when they are wanted.
fn tree(root: &Path) -> Result<(Rootfs, Vec<PathBuf>), Failure> {
    let (mut fs, mut files) = (Rootfs::new(), Vec::new());
    for entry in walkdir::WalkDir::new(root).min_depth(1) {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let kind = if metadata.is_dir() {
            Kind::Directory
        } else if metadata.is_symlink() {
            Kind::Symlink(fs::read_link(entry.path())?.as_os_str().as_bytes().to_vec())
        } else {
            files.push(entry.path().to_owned());
            let content = Content::Package { package: PackageId(0), file: files.len() as u32 - 1 };
            Kind::File { size: metadata.len(), content }
        };
        let path = RootPath::new(entry.path().strip_prefix(root)?.as_os_str().as_bytes())?;
        put(&mut fs, &path, kind, Metadata::of_root(metadata.mode() as u16, metadata.mtime()));
    }
    Ok((fs, files))
}

/// Files of this machine.
struct Host {
    files: Vec<PathBuf>,
    jobs: usize,
    times: bool,
    known: Mutex<BTreeMap<u32, Arc<[u8]>>>,
}

impl Host {
    fn path(&self, content: &Content) -> io::Result<(u32, &Path)> {
        match content {
            Content::Package { file, .. } => Ok((*file, &self.files[*file as usize])),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl Contents for Host {
    fn read(&self, content: &Content, _: u64) -> io::Result<Vec<u8>> {
        match content {
            Content::Inline(bytes) => Ok(bytes.to_vec()),
            other => fs::read(self.path(other)?.1),
        }
    }

    fn derive(&self, _: &'static str, wanted: &[Content], look: &Look<'_>) -> io::Result<Vec<Arc<[u8]>>> {
        let started = Instant::now();
        let mut known = self.known.lock().map_err(|_| io::ErrorKind::Other)?;
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            while let Some(content) = wanted.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                let (file, path) = self.path(content)?;
                if !known.contains_key(&file) {
                    let mut opened = fs::File::open(path)?;
                    done.push((file, look(opened.metadata()?.len(), &mut opened)?.into()));
                }
            }
            Ok::<_, io::Error>(done)
        };
        let done: Vec<_> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..self.jobs).map(|_| scope.spawn(work)).collect();
            workers.into_iter().map(|w| w.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))).collect()
        });
        for found in done {
            known.extend(found?);
        }
        if self.times {
            eprintln!("facts of {} modules {:?}", wanted.len(), started.elapsed());
        }
        wanted.iter().map(|content| Ok(Arc::clone(&known[&self.path(content)?.0]))).collect()
    }
}
