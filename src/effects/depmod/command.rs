//! The program: what a call finds, says and leaves.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    config::Config,
    options::Options,
    order::{self, Hash},
    pending::{Job, Pending},
    search,
    version::Version,
};
use crate::{
    effects::process::{Errno, Mode, Process, Status},
    rootfs::{Content, Kind},
    terms::Arch,
};

/// Modules are numbered in 16 bits.
const MOST: usize = 65_534;

/// Why a call ends before its end: what it says, or nothing.
type Stop = Option<String>;

/// `depmod`
pub(super) fn run(process: &mut Process<'_, '_>) -> Status {
    match attempt(process) {
        Ok(()) => Status::SUCCESS,
        Err(None) => Status::FAILURE,
        Err(Some(why)) => process.fail(why),
    }
}

fn attempt(process: &mut Process<'_, '_>) -> Result<(), Stop> {
    let version = Version::of(process.stage.fs);
    let options = Options::parse(process.args.get(1..).unwrap_or_default(), version)?;
    match options.about {
        Some('V') => {
            return {
                process.out(format!("kmod version {}\n", version.0));
                Ok(())
            };
        }
        Some(_) => {
            return {
                process.out("Usage:\n\tdepmod -[aA] [options] [forced_version]\n");
                Ok(())
            };
        }
        None => {}
    }
    let release = release(process, &options)?;
    let under = |root: &Option<Vec<u8>>| {
        let root = root.as_deref().map(|r| absolute(process, r)).unwrap_or_default();
        let modules = options.module_directory.as_deref().unwrap_or(b"lib/modules");
        let modules = &modules[modules.iter().take_while(|b| **b == b'/').count()..];
        [&root, &b"/"[..], modules, b"/", &release].concat()
    };
    let directory = under(&options.base);
    let out = if options.out.is_some() { under(&options.out) } else { directory.clone() };
    let all = options.all || options.quick || options.operands.len() < 2;
    if options.quick && (options.show || up_to_date(process, &directory)) {
        return Ok(());
    }
    let known = known_symbols(process, &options)?;
    let job = job(process, &options, directory, &release, all, version)?;
    let text = report(process, &job, options.show, known.as_ref())?;
    if options.show {
        process.out(text);
        Ok(())
    } else {
        leave(process, job, &out, version)
    }
}

/// The release that was named, or the machine's.
fn release(process: &Process<'_, '_>, options: &Options) -> Result<Vec<u8>, Stop> {
    let Some(given) = options.operands.first() else { return Ok(process.stage.machine().release.clone().into_bytes()) };
    let digits = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit()).count();
    let first = digits(given);
    let is_one = first > 0 && given.get(first) == Some(&b'.') && digits(&given[first + 1..]) > 0;
    is_one.then(|| given.clone()).ok_or_else(|| Some(format!("ERROR: Bad version passed {}", lossy(given))))
}

fn absolute(process: &Process<'_, '_>, path: &[u8]) -> Vec<u8> {
    match path.first() {
        Some(b'/') => path.to_vec(),
        _ => [b"/", process.cwd.as_bytes(), b"/", path].concat(),
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).into_owned()
}

/// Whether no module is newer than `modules.dep` (`-A`).
fn up_to_date(process: &mut Process<'_, '_>, directory: &[u8]) -> bool {
    let Ok(table) = process.stat(&[directory, b"/modules.dep"].concat()) else { return false };
    let mut newest = i64::MIN;
    let walked = search::walk(process, directory, &[], &mut |module| newest = newest.max(module.mtime));
    walked.is_ok() && newest <= table.mtime
}

/// The kernel's own symbols, for `-e`: by `Module.symvers` or `System.map`.
fn known_symbols(process: &mut Process<'_, '_>, options: &Options) -> Result<Option<BTreeSet<Vec<u8>>>, Stop> {
    let (path, from_map) = match (&options.symvers, &options.system_map) {
        (Some(path), _) => (path, false),
        (None, Some(path)) => (path, true),
        (None, None) => {
            if options.report_unknown {
                process.fail("WARNING: -e needs -E or -F");
            }
            return Ok(None);
        }
    };
    let bytes = process.read_file(path).map_err(|e| Some(format!("FATAL: could not load {}: {e}", lossy(path))))?;
    let mut known: BTreeSet<Vec<u8>> =
        ["__this_module", "_GLOBAL_OFFSET_TABLE_", "TOC."].iter().map(|s| s.as_bytes().to_vec()).collect();
    for line in bytes.split(|&b| b == b'\n') {
        let mut words = line.split(|b| b" \t".contains(b)).filter(|w| !w.is_empty());
        let (_, second, third) = (words.next(), words.next(), words.next());
        known.extend(match from_map {
            true => third.and_then(|s| s.strip_prefix(b"__ksymtab_")).map(<[u8]>::to_vec),
            false => second.filter(|_| third == Some(b"vmlinux")).map(<[u8]>::to_vec),
        });
    }
    Ok(options.report_unknown.then_some(known))
}

/// Finds the modules, and what the kernel says of itself.
fn job(
    process: &mut Process<'_, '_>,
    options: &Options,
    directory: Vec<u8>,
    release: &[u8],
    all: bool,
    version: Version,
) -> Result<Job, Stop> {
    let mut found = std::collections::BTreeMap::new();
    if all {
        let config = Config::load(process, &options.config, version, release);
        found = search::modules(process, &directory, &config).map_err(|e| {
            Some(format!(
                "ERROR: could not open directory {}: {e}\nFATAL: could not search modules: {e}",
                lossy(&directory)
            ))
        })?;
    } else {
        for path in &options.operands[1..] {
            if path.first() != Some(&b'/') {
                return Err(Some(format!("FATAL: {}: not absolute path.", lossy(path))));
            }
            let refused = |e: Errno| Some(format!("FATAL: could not create module {}: {e}", lossy(path)));
            let module = search::module(process, path).map_err(refused)?;
            if found.insert(module.name.clone(), module).is_some() {
                return Err(refused(Errno::Exists));
            }
        }
    }
    if found.len() > MOST {
        return Err(Some("FATAL: could not build module array".to_owned()));
    }
    let hash = Hash { big: process.stage.machine().arch == Arch::S390x };
    let mut kernels = |name: &str| {
        let path = [&directory[..], b"/", name.as_bytes()].concat();
        let read = process.read_file(&path);
        read.map_err(|e| process.fail(format_args!("WARNING: could not open {name} at {}: {e}", lossy(&directory))))
            .ok()
    };
    let order = kernels("modules.order");
    let (builtin, builtin_modinfo) = match options.show {
        true => (None, None),
        false => (kernels("modules.builtin"), kernels("modules.builtin.modinfo")),
    };
    let modules = order::sorted(found, &directory, order.as_deref(), hash, version);
    Ok(Job { directory, modules, builtin, builtin_modinfo, prefix: options.prefix, version, hash })
}

/// Says what is wrong with modules; loops among them end the call. Gives what `-n` prints.
fn report(
    process: &mut Process<'_, '_>,
    job: &Job,
    show: bool,
    known: Option<&BTreeSet<Vec<u8>>>,
) -> Result<Vec<u8>, Stop> {
    let path = |module: usize| lossy(&job.modules[module].path);
    let outcome = job.tables(process.stage.contents, |facts, tables| {
        let faults = facts.iter().enumerate().filter_map(|(i, f)| Some((i, f.fault()?)));
        let mut said: Vec<String> =
            faults.map(|(i, f)| format!("ERROR: failed to load symbols from {}: {f}", path(i))).collect();
        let text = match tables {
            Ok(tables) => {
                let unknown = tables.graph.unknown.iter().filter(|(_, s)| known.is_some_and(|k| !k.contains(*s)));
                said.extend(
                    unknown.map(|(i, s)| format!("WARNING: {} needs unknown symbol {}", path(*i as usize), lossy(s))),
                );
                Ok(if show { tables.shown() } else { Vec::new() })
            }
            Err(loops) => {
                said.extend(loops.found.iter().map(|l| format!("ERROR: Cycle detected: {l}")));
                Err(Some(format!("ERROR: Found {} modules in dependency cycles!", loops.modules)))
            }
        };
        (said, text)
    });
    let (said, text) = outcome.map_err(|e| Some(format!("FATAL: {e}")))?;
    for line in said {
        process.fail(line);
    }
    if process.stage.budget.steps(job.modules.len() as u64) { text } else { Err(None) }
}

/// Puts the files where they go, their bytes to follow.
fn leave(process: &mut Process<'_, '_>, job: Job, out: &[u8], version: Version) -> Result<(), Stop> {
    let failed = |e: Errno| Some(format!("FATAL: could not open directory {}: {e}", lossy(out)));
    if version >= Version::MAKES_DIRECTORY {
        make_directories(process, out).map_err(failed)?;
    }
    if !process.stat(out).map_err(failed)?.is_directory() {
        return Err(failed(Errno::NotDirectory));
    }
    let mut files = Vec::new();
    for (name, holds_something) in job.names() {
        // Made aside and renamed, so that what was there stays what it was under its other names.
        let path = [out, b"/", name.as_bytes()].concat();
        let aside = [&path[..], format!(".{}", process.stage.next_serial()).as_bytes()].concat();
        let mode = Mode { exclusive: true, ..Mode::WRITE };
        let handle = process.open(&aside, mode).map_err(failed)?;
        let stand_in = Arc::new(if holds_something { b"\n".to_vec() } else { Vec::new() });
        if let Some(leaf) = handle.leaf() {
            let node = process.stage.fs.node_mut(leaf);
            node.kind = Kind::File { size: stand_in.len() as u64, content: Content::Inline(Arc::clone(&stand_in)) };
            node.metadata.mode &= 0o644;
        }
        process.rename(&aside, &path).map_err(|e| Some(format!("FATAL: renameat({}, {name}): {e}", lossy(out))))?;
        files.push((name, stand_in));
    }
    Pending::add(process.stage, job, files);
    Ok(())
}

fn make_directories(process: &mut Process<'_, '_>, path: &[u8]) -> Result<(), Errno> {
    for end in (1..=path.len()).filter(|&i| i == path.len() || path[i] == b'/') {
        match process.mkdir(&path[..end], 0o755) {
            Ok(()) | Err(Errno::Exists) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}
