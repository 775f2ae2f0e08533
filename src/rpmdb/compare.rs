//! Two sets of installed packages side by side.

use std::collections::BTreeMap;

use super::Installed;
use crate::{formats::rpm::Tag, terms::Nevra};

/// What became of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackageChange {
    /// Only the new set has it.
    Added(Nevra),
    /// Only the old set has it.
    Removed(Nevra),
    /// Another version, release or architecture: the old one, the new one.
    Changed(Nevra, Nevra),
    /// The same name and version, from another build: its header is not the same.
    Rebuilt(Nevra),
}

impl PackageChange {
    /// The package, as it was if it is no more.
    pub fn package(&self) -> &Nevra {
        match self {
            Self::Added(package) | Self::Removed(package) | Self::Rebuilt(package) | Self::Changed(_, package) => {
                package
            }
        }
    }
}

/// Every change, sorted by package. Of packages installed in several versions (kernels) or architectures, those are taken
/// together of which there is one on either side; keys (`gpg-pubkey`) are never versions of each other. Headers without a name
/// are not packages.
pub fn compare(old: &[Installed], new: &[Installed]) -> Vec<PackageChange> {
    let (mut gone, mut come) = (by_name(old), by_name(new));
    let mut changes = Vec::new();
    for (name, old) in &mut gone {
        let new = come.entry(name.clone()).or_default();
        old.retain(|nevra, build| match new.remove(nevra) {
            Some(other) => {
                if build.is_some() && other.is_some() && *build != other {
                    changes.push(PackageChange::Rebuilt(nevra.clone()));
                }
                false
            }
            None => true,
        });
        if name == "gpg-pubkey" {
            continue;
        }
        let arches: Vec<String> = old.keys().map(|nevra| nevra.arch.clone()).collect();
        for arch in arches {
            changes.extend(pair(old, new, |nevra| nevra.arch == arch));
        }
        changes.extend(pair(old, new, |_| true));
    }
    changes.extend(gone.into_values().flat_map(BTreeMap::into_keys).map(PackageChange::Removed));
    changes.extend(come.into_values().flat_map(BTreeMap::into_keys).map(PackageChange::Added));
    changes.sort_by(|a, b| a.package().cmp(b.package()));
    changes
}

/// Packages of a name, each with the digest of its header as it was built, where it says one.
type Versions = BTreeMap<Nevra, Option<String>>;

fn by_name(packages: &[Installed]) -> BTreeMap<String, Versions> {
    let mut names: BTreeMap<String, Versions> = BTreeMap::new();
    for header in packages.iter().map(|p| &p.header) {
        if let Ok(nevra) = header.nevra() {
            let build = header.text(Tag::SHA256HEADER).map(str::to_owned);
            names.entry(nevra.name.clone()).or_default().insert(nevra, build);
        }
    }
    names
}

/// Takes the one of either side that fits, if there is exactly one.
fn pair(old: &mut Versions, new: &mut Versions, fits: impl Fn(&Nevra) -> bool) -> Option<PackageChange> {
    let one = |versions: &Versions| {
        let mut fitting = versions.keys().filter(|n| fits(n));
        fitting.next().filter(|_| fitting.next().is_none()).cloned()
    };
    let (was, is) = one(old).zip(one(new))?;
    old.remove(&was);
    new.remove(&is);
    Some(PackageChange::Changed(was, is))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testbed::{Spec, make};

    /// Installed packages; `NEVRA/N` was built at second N.
    fn installed(names: &[&str]) -> Vec<Installed> {
        let one = |(n, name): (usize, &&str)| {
            let (name, built) = name.split_once('/').unwrap_or((name, "1"));
            let package = make(&Spec::new(name).built(built.parse().expect("seconds")));
            let head = crate::formats::rpm::PackageHead::read(&package.bytes[..]).expect("sound");
            let facts = crate::rpmdb::InstallFacts { time: 0, tid: 0, color: 0, file_states: vec![] };
            let blob = crate::rpmdb::installed_header(&head, &facts).expect("sound");
            Installed { instance: n as u32 + 1, header: crate::formats::rpm::Header::parse(&blob).expect("sound") }
        };
        names.iter().enumerate().map(one).collect()
    }

    fn changes(old: &[&str], new: &[&str]) -> Vec<String> {
        let say = |change: PackageChange| match change {
            PackageChange::Added(n) => format!("+{n}"),
            PackageChange::Removed(n) => format!("-{n}"),
            PackageChange::Changed(a, b) => format!("{a} {b}"),
            PackageChange::Rebuilt(n) => format!("={n}"),
        };
        compare(&installed(old), &installed(new)).into_iter().map(say).collect()
    }

    #[test]
    fn each_kind_of_change() {
        let old = ["same-1-1.noarch", "gone-1-1.noarch", "up-1-1.x86_64", "again-1-1.noarch/1"];
        let new = ["same-1-1.noarch", "come-1-1.noarch", "up-1:1-1.x86_64", "again-1-1.noarch/2"];
        assert_eq!(
            changes(&old, &new),
            ["=again-1-1.noarch", "+come-1-1.noarch", "-gone-1-1.noarch", "up-1-1.x86_64 up-1:1-1.x86_64"]
        );
        assert_eq!(changes(&old, &old), Vec::<String>::new());
    }

    #[test]
    fn several_of_a_name() {
        assert_eq!(
            changes(&["c-1-1.x86_64", "c-1-1.i686"], &["c-2-1.x86_64", "c-2-1.i686"]),
            ["c-1-1.i686 c-2-1.i686", "c-1-1.x86_64 c-2-1.x86_64"]
        );
        assert_eq!(changes(&["d-1-1.noarch"], &["d-1-1.x86_64"]), ["d-1-1.noarch d-1-1.x86_64"]);
        assert_eq!(
            changes(&["kernel-1-1.x86_64"], &["kernel-1-1.x86_64", "kernel-2-1.x86_64"]),
            ["+kernel-2-1.x86_64"]
        );
        assert_eq!(
            changes(&["k-1-1.x86_64", "k-2-1.x86_64"], &["k-3-1.x86_64", "k-4-1.x86_64"]),
            ["-k-1-1.x86_64", "-k-2-1.x86_64", "+k-3-1.x86_64", "+k-4-1.x86_64"]
        );
    }
}
