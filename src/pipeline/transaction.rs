//! The transaction of one image: what comes, what goes, in which order, and what its scriptlets see and left.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Error, Session,
    base::{Base, text_of},
    contents::ImageContents,
    database::package_files,
    image::Parts,
};
use crate::{
    effects::{
        Dialect, Direction, Done, Element, Incoming, Machine, Outcome, Plan, Present, ScriptletReport, Stage,
        report_scriptlets, transact, transaction_order,
    },
    fetch::Package,
    lock::{Action, ArchLock},
    recipe::ArchPlan,
    rootfs::{Rootfs, install::Policy},
    rpmdb::Installed,
    store::Verified,
    terms::{Evr, Nevra, RootPath, rpmvercmp},
};

/// Why scriptlets did not run.
const SKIPPED: &str = "--scriptlets skip";

/// Puts new packages into the order they are installed in. What rpm leaves open is settled by the order dnf gives it: what is
/// installed before what is upgraded, by repository, and in a repository as its metadata has it, which is by location.
pub(super) fn in_order(
    lock: &ArchLock,
    base: &Base,
    packages: &[Verified<Package>],
) -> Result<Vec<Verified<Package>>, Error> {
    let mut given: Vec<&Verified<Package>> = packages.iter().collect();
    given.sort_by_cached_key(|package| {
        let locked = lock.packages.iter().find(|p| p.nevra == package.nevra);
        let repository = locked.and_then(|p| lock.repositories.iter().position(|r| r.id == p.repo));
        let location = locked.map(|p| p.location.clone()).unwrap_or_default();
        (locked.is_some_and(|p| p.action == Action::Upgrade), repository, location, package.nevra.clone())
    });
    let elements: Vec<_> = given.iter().map(|p| Element { header: p.header(), files: &p.files }).collect();
    let order = transaction_order(&elements, Direction::Install, &dialect(base, packages));
    let failed = |source| Error::Header { package: given[0].nevra.clone(), source };
    Ok(order.map_err(failed)?.into_iter().map(|i| given[i].clone()).collect())
}

/// Places in the database's list of the packages that go, in the order they are erased in. They are given to rpm after what
/// replaces them, those that go for nothing last.
pub(super) fn leaving(parts: &Parts<'_>) -> Result<Vec<usize>, Error> {
    let named: Vec<_> = parts.base.database.iter().flat_map(|d| d.named()).collect();
    let gone = parts.lock.packages.iter().flat_map(|p| &p.replaces).chain(&parts.lock.removed);
    let mut given: Vec<usize> = Vec::new();
    for nevra in gone {
        // A name may be there twice: both go, as both are named by it.
        let places = named.iter().enumerate().filter(|(_, (_, n))| n == nevra).map(|(i, _)| i);
        given.extend(places.filter(|i| !given.contains(i)).collect::<Vec<_>>());
    }
    let mut files = Vec::new();
    for &place in &given {
        files.push(package_files(&named[place].0.header, named[place].1.clone())?);
    }
    let elements: Vec<_> =
        given.iter().zip(&files).map(|(&i, p)| Element { header: &named[i].0.header, files: &p.files }).collect();
    let order = transaction_order(&elements, Direction::Erase, &dialect(parts.base, parts.packages));
    let failed = |source| Error::Header { package: named[given[0]].1.clone(), source };
    Ok(order.map_err(failed)?.into_iter().map(|i| given[i]).collect())
}

/// How the image's rpm works: the one that is installed, or was there.
fn dialect(base: &Base, packages: &[Verified<Package>]) -> Dialect {
    let is_rpm = |nevra: &&Nevra| nevra.name == "rpm";
    let new = packages.iter().map(|p| &p.nevra).find(is_rpm).map(|n| n.evr.clone());
    let old = || base.database.iter().flat_map(|d| d.named()).map(|(_, n)| n).find(|n| n.name == "rpm").map(|n| n.evr);
    new.or_else(old).map_or_else(Dialect::default, |evr: Evr| Dialect::of(&evr))
}

/// Erases, installs, runs scriptlets.
pub(super) fn run(
    session: &Session,
    parts: &Parts<'_>,
    tree: &mut Rootfs,
    contents: &ImageContents<'_>,
    leaving: &[usize],
) -> Result<Done, Error> {
    let named = parts.base.database.iter().flat_map(|d| d.named());
    let present = |(package, nevra): (&Installed, Nevra)| {
        let (instance, header) = (package.instance, package.header.clone());
        Ok::<_, Error>(Present { instance, package: package_files(&header, nevra)?, header })
    };
    let incoming = |p: &Verified<Package>| Incoming {
        nevra: p.nevra.clone(),
        header: p.header().clone(),
        files: Arc::clone(&p.files),
    };
    let policy = policy(parts.plan, parts.base);
    let plan = Plan {
        installed: named.map(present).collect::<Result<_, _>>()?,
        leaving,
        incoming: parts.packages.iter().map(incoming).collect(),
        policy: &policy,
        dialect: dialect(parts.base, parts.packages),
        scriptlets: parts.scriptlets,
    };
    if parts.scriptlets && says_tsflag(parts.base, "noscripts") {
        session.warn(format!(
            "{}: the base's dnf.conf says tsflags=noscripts; scriptlets run all the same, unless --scriptlets skip says so",
            parts.plan.arch
        ));
    }
    let mut stage = Stage::new(tree, contents, machine(parts), parts.epoch);
    let mut done = transact(&mut stage, plan)?;
    for warning in &done.files.warnings {
        session.warn(format!("{}: {warning}", parts.plan.arch));
    }
    if !parts.scriptlets {
        for package in parts.packages {
            let report = report_scriptlets(&package.nevra, package.header(), SKIPPED);
            let failed = |source| Error::Header { package: package.nevra.clone(), source };
            done.scriptlets.extend(report.map_err(failed)?);
        }
    }
    Ok(done)
}

/// What a scriptlet did not do, in a sentence; none if it did what it should. What was asked to be skipped is no fault of it.
pub(super) fn complaint(report: &ScriptletReport) -> Option<String> {
    let line = if report.line == 0 { String::new() } else { format!(" at line {}", report.line) };
    let what = match &report.outcome {
        Outcome::Failed { status, .. } => format!("ended with status {status}{line}"),
        Outcome::Stopped { why } => format!("was stopped{line}: {why}"),
        Outcome::NotRun { why } if why != SKIPPED => format!("was not run: {why}"),
        _ if report.unknown.is_empty() => return None,
        _ => "went on without what drydock does not know".to_owned(),
    };
    let unknown: Vec<String> = report.unknown.iter().map(|u| format!("{} (line {})", u.program, u.line)).collect();
    let unknown = if unknown.is_empty() { String::new() } else { format!("; unknown: {}", unknown.join(", ")) };
    Some(format!("{} of {} {what}{unknown}", report.scriptlet, report.package))
}

/// The machine scriptlets see: the image's architecture, and the kernel it is for.
pub(super) fn machine(parts: &Parts<'_>) -> Machine {
    Machine { arch: parts.plan.arch, release: kernel(parts) }
}

/// `uname -r`: the recipe's kernel; else the newest that a package brings modules for, new ones first; else that of the RHEL
/// the base says to be, as its first release had it.
fn kernel(parts: &Parts<'_>) -> String {
    let arch = parts.plan.arch;
    if let Some(kernel) = &parts.plan.kernel {
        return format!("{kernel}.{arch}");
    }
    let new = parts.packages.iter().flat_map(|p| p.files.iter()).filter_map(|f| release_of(&f.path));
    if let Some(newest) = newest(new) {
        return newest;
    }
    let modules = RootPath::new("usr/lib/modules").expect("a valid path");
    let there = parts.base.tree.children(&modules).filter(|(_, node)| node.is_directory());
    if let Some(newest) = newest(there.filter_map(|(name, _)| std::str::from_utf8(name).ok())) {
        return newest;
    }
    let release = text_of(parts.base, "etc/os-release").unwrap_or_default();
    format!("{}.{arch}", first_kernel(&String::from_utf8_lossy(&release)))
}

fn newest<'a>(releases: impl Iterator<Item = &'a str>) -> Option<String> {
    releases.max_by(|a, b| rpmvercmp(a, b)).map(str::to_owned)
}

/// The release in a path below a directory of modules.
fn release_of(path: &[u8]) -> Option<&str> {
    let path = std::str::from_utf8(path).ok()?;
    let below = path.strip_prefix("/usr").unwrap_or(path).strip_prefix("/lib/modules/")?;
    let (release, _) = below.split_once('/')?;
    release.starts_with(|c: char| c.is_ascii_digit()).then_some(release)
}

/// What a RHEL of that version came with.
fn first_kernel(os_release: &str) -> &'static str {
    let version = os_release.lines().find_map(|l| l.strip_prefix("VERSION_ID=")).unwrap_or_default();
    match version.trim_matches('"').split('.').next() {
        Some("7") => "3.10.0-123.el7",
        Some("8") => "4.18.0-80.el8",
        Some("10") => "6.12.0-55.9.1.el10_0",
        _ => "5.14.0-70.13.1.el9_0",
    }
}

/// What is left out: the recipe's word, and what the base's own configuration says to leave out.
fn policy(plan: &ArchPlan, base: &Base) -> Policy {
    let macros = base_macros(base);
    let list = |name: &str| macros.get(name).map(|value| value.split(':').map(str::to_owned).collect::<Vec<_>>());
    let excluded = macros.get("_excludedocs").and_then(|value| value.parse::<i64>().ok()).is_some_and(|n| n != 0);
    let nodocs = says_tsflag(base, "nodocs") || excluded;
    let langs = if plan.packages.langs.is_empty() { list("_install_langs") } else { Some(plan.packages.langs.clone()) };
    let net_shared = list("_netsharedpath").unwrap_or_default();
    Policy { docs: plan.packages.docs && !nodocs, langs, net_shared, ..Policy::default() }
}

/// Whether the base's dnf is told to.
fn says_tsflag(base: &Base, flag: &str) -> bool {
    let dnf = text_of(base, "etc/dnf/dnf.conf").unwrap_or_default();
    String::from_utf8_lossy(&dnf).lines().any(|l| l.trim().starts_with("tsflags") && l.contains(flag))
}

/// Macros that the base's configuration sets to a plain word, by name.
fn base_macros(base: &Base) -> BTreeMap<String, String> {
    let dir = RootPath::new("etc/rpm").expect("a valid path");
    let files = base.tree.below(&dir).filter_map(|(path, _)| super::base::kept_content(&base.tree, &base.kept, path));
    files.flat_map(|bytes| plain_macros(&String::from_utf8_lossy(&bytes))).collect()
}

fn plain_macros(text: &str) -> Vec<(String, String)> {
    let plain = |line: &str| {
        let (name, value) = line.trim().strip_prefix('%')?.split_once(char::is_whitespace)?;
        let value = value.trim();
        (!value.is_empty() && !value.contains('%')).then(|| (name.to_owned(), value.to_owned()))
    };
    text.lines().filter_map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_from_paths_and_compared_as_versions() {
        let paths: [&[u8]; 5] = [
            b"/lib/modules/5.14.0-70.el9.x86_64/kernel/x.ko.xz",
            b"/usr/lib/modules/5.14.0-427.el9.x86_64/config",
            b"/lib/modules/5.14.0-427.el9.x86_64",
            b"/lib/modules/kabi/x",
            b"/etc/modules/1/2",
        ];
        assert_eq!(newest(paths.iter().filter_map(|p| release_of(p))).as_deref(), Some("5.14.0-427.el9.x86_64"));
        assert_eq!(first_kernel("NAME=x\nVERSION_ID=\"8.4\"\n"), "4.18.0-80.el8");
    }

    #[test]
    fn macros_of_the_base_are_read_where_they_are_plain() {
        let text =
            "# langs\n%_install_langs C.utf8:en\n %_netsharedpath /sys:/proc\n%x %{y}\n%empty \n%_excludedocs 1\n";
        let macros: BTreeMap<_, _> = plain_macros(text).into_iter().collect();
        let names: Vec<&String> = macros.keys().collect();
        assert_eq!(names, ["_excludedocs", "_install_langs", "_netsharedpath"]);
        assert_eq!(macros["_netsharedpath"], "/sys:/proc");
    }
}
