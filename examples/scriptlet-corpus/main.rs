//! What `tests/conformance/38-real-scriptlets.sh` counts: every scriptlet and trigger of a real package database, run.
//!
//! ```text
//! scriptlet-corpus ARCH RPMDB.sqlite
//! ```
//! All its packages are installed into an empty tree in one transaction, then erased one by one, the last first. A database has names and
//! metadata of files, not their bytes: programs are stand-ins, everything else is empty. A line per scriptlet that came to
//! something else than applied or not needed, then the counts: `N scriptlets, N applied, N not needed, N others`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool for scripts")]

use std::{collections::BTreeMap, error::Error, fs, io, process::ExitCode, sync::Arc};

use drydock::{
    effects::{
        Dialect, Direction, Element, Incoming, Machine, Outcome, Plan, Present, ScriptletReport, Stage,
        TransactionError, transact, transaction_order,
    },
    formats::rpm::FileEntry,
    rootfs::{
        Content, Contents, Rootfs,
        install::{PackageFiles, Policy, State},
    },
    rpmdb::{Backend, Files},
    terms::{Arch, Epoch},
};

/// Files by their headers: a program looks like one, anything else is empty.
#[derive(Debug)]
struct Hollow(Vec<Arc<[FileEntry]>>);

impl Contents for Hollow {
    fn read(&self, content: &Content, _: u64) -> io::Result<Vec<u8>> {
        Ok(match content {
            Content::Inline(bytes) => bytes.to_vec(),
            Content::Package { package, file } if self.0[package.0 as usize][*file as usize].mode & 0o111 != 0 => {
                b"\x7fELF".to_vec()
            }
            _ => Vec::new(),
        })
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [arch, database] = args.as_slice() else {
        eprintln!("scriptlet-corpus ARCH RPMDB.sqlite");
        return ExitCode::from(2);
    };
    match corpus(arch, database) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("scriptlet-corpus: {}", drydock::terms::chain(e.as_ref()).join(": "));
            ExitCode::from(99)
        }
    }
}

fn corpus(arch: &str, database: &str) -> Result<(), Box<dyn Error>> {
    let files = Files::from([(Backend::Sqlite.file().to_owned(), fs::read(database)?.into())]);
    let packages = incoming(&files)?;
    let contents = Hollow(packages.iter().map(|p| Arc::clone(&p.files)).collect());
    let machine = Machine { arch: arch.parse::<Arch>()?, release: format!("5.14.0-1.el9.{arch}") };
    let mut tree = Rootfs::new();
    let mut stage = Stage::new(&mut tree, &contents, machine, Epoch::new(86400 * 20000));
    let rpm = packages.iter().find(|p| p.nevra.name == "rpm");
    let dialect = rpm.map_or_else(Dialect::default, |p| Dialect::of(&p.nevra.evr));
    let policy = Policy::default();

    let plan = Plan {
        installed: Vec::new(),
        leaving: &[],
        incoming: packages.clone(),
        policy: &policy,
        dialect,
        scriptlets: true,
    };
    let done = transact(&mut stage, plan)?;
    let mut reports = Reports::default();
    reports.add(done.scriptlets);

    let present = |(place, (p, states)): (usize, (&Incoming, Vec<State>))| Present {
        instance: place as u32 + 1,
        header: p.header.clone(),
        package: PackageFiles { nevra: p.nevra.clone(), files: Arc::clone(&p.files), states },
    };
    let mut installed: Vec<_> = packages.iter().zip(done.files.states).enumerate().map(present).collect();
    while let Some(last) = installed.len().checked_sub(1) {
        let (installed_now, leaving) = (installed.clone(), [last]);
        let (incoming, scriptlets) = (Vec::new(), true);
        let plan = Plan { installed: installed_now, leaving: &leaving, incoming, policy: &policy, dialect, scriptlets };
        match transact(&mut stage, plan) {
            Ok(done) => reports.add(done.scriptlets),
            Err(failure @ TransactionError::Scriptlet { .. }) => {
                println!("{}", drydock::terms::chain(&failure).join(": "));
                reports.refused += 1;
            }
            Err(other) => return Err(other.into()),
        }
        installed.pop();
    }
    reports.print();
    Ok(())
}

/// The database's packages in the order rpm would install them.
fn incoming(files: &Files) -> Result<Vec<Incoming>, Box<dyn Error>> {
    let mut packages = Vec::new();
    for installed in Backend::Sqlite.read(files)? {
        let nevra = installed.header.nevra()?;
        if nevra.name != "gpg-pubkey" {
            packages.push(Incoming { nevra, files: installed.header.files()?.into(), header: installed.header });
        }
    }
    let elements: Vec<_> = packages.iter().map(|p| Element { header: &p.header, files: &p.files }).collect();
    let order = transaction_order(&elements, Direction::Install, &Dialect::default())?;
    Ok(order.into_iter().map(|i| packages[i].clone()).collect())
}

/// What became of each scriptlet, of two transactions the one in which it ran.
#[derive(Default)]
struct Reports {
    by_place: BTreeMap<(String, &'static str, usize), ScriptletReport>,
    /// Scriptlets that refused a package's erasure.
    refused: usize,
}

impl Reports {
    fn add(&mut self, reports: Vec<ScriptletReport>) {
        let mut seen = BTreeMap::new();
        for report in reports {
            let number: &mut usize = seen.entry((report.package.to_string(), report.scriptlet)).or_default();
            let key = (report.package.to_string(), report.scriptlet, *number);
            *number += 1;
            match self.by_place.get(&key) {
                Some(known) if known.runs > 0 && report.runs == 0 => {}
                _ => drop(self.by_place.insert(key, report)),
            }
        }
    }

    fn print(&self) {
        let (mut applied, mut not_needed, mut others) = (0, 0, self.refused);
        for ((package, scriptlet, _), report) in &self.by_place {
            match &report.outcome {
                Outcome::Applied if report.unknown.is_empty() => applied += 1,
                Outcome::NotNeeded { .. } => not_needed += 1,
                outcome => {
                    others += 1;
                    println!("{scriptlet} of {package} (line {}): {outcome:?} {:?}", report.line, report.unknown);
                }
            }
        }
        println!("{} scriptlets, {applied} applied, {not_needed} not needed, {others} others", self.by_place.len());
    }
}
