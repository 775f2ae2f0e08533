//! `updateinfo.xml`: advisories, and the packages they bring. Read as libsolv reads it (`ext/repo_updateinfoxml.c`), compared as
//! libdnf compares (`sack/advisory.cpp`): every word exactly.

use std::io::BufRead;

use super::{
    RepodataError,
    xml::{Node, Xml},
};
use crate::terms::{Evr, Nevra};

const DOCUMENT: &str = "updateinfo.xml";
/// Bytes of the document; that of a RHEL repository late in its life has some 100 MiB.
const LIMIT: u64 = 1 << 30;
/// Packages and modules of the advisories that are kept.
const MAX_ITEMS: usize = 2_000_000;
/// Ids, names, versions.
const MAX_NAME: usize = 4096;

/// Which advisories are asked for: those that any of these names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdvisoryLimits {
    /// Ids: `RHSA-2024:0001`.
    pub ids: Vec<String>,
    /// `security`, `bugfix`, `enhancement`, `newpackage`.
    pub types: Vec<String>,
    /// `CVE-2024-0001`.
    pub cves: Vec<String>,
    /// Numbers in Bugzilla.
    pub bugzillas: Vec<String>,
    /// `Critical`, `Important`, `Moderate`, `Low`.
    pub severities: Vec<String>,
}

/// A stream that a collection of an advisory is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdvisoryModule {
    /// The module.
    pub name: String,
    /// The stream.
    pub stream: String,
    /// The build's context.
    pub context: String,
}

/// Packages that belong together: for one product, or for one module stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collection {
    /// It counts where one of these is active, or where there is none.
    pub modules: Vec<AdvisoryModule>,
    /// What it brings.
    pub packages: Vec<Nevra>,
}

/// What one update says of itself until its end decides whether it is kept.
#[derive(Default)]
struct Update {
    wanted: bool,
    severity: String,
    collections: Vec<Collection>,
}

impl AdvisoryLimits {
    /// Whether nothing is asked for, so that every advisory and every package goes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Reads the collections of the advisories asked for.
    ///
    /// # Errors
    /// Damaged, truncated or oversized XML.
    pub fn read(&self, bytes: impl BufRead) -> Result<Vec<Collection>, RepodataError> {
        let mut xml = Xml::new(DOCUMENT, bytes, LIMIT);
        let (mut out, mut update, mut items) = (Vec::new(), None::<Update>, 0);
        loop {
            match xml.step()? {
                Node::Start => match (xml.name(), &mut update) {
                    ("update", None) => update = Some(self.begin(&xml)?),
                    ("reference", Some(update)) => update.wanted |= self.names(&xml)?,
                    ("collection", Some(update)) => update.collections.push(Collection::default()),
                    ("module" | "package", Some(update)) => {
                        items += 1;
                        if items > MAX_ITEMS {
                            let (what, limit) = ("a number of packages", MAX_ITEMS as u64);
                            return Err(RepodataError::TooLarge { document: DOCUMENT, what, limit });
                        }
                        item(&xml, update)?;
                    }
                    _ => {}
                },
                Node::End => match (xml.name(), &mut update) {
                    // The document's own root; `update` inside `update` is not.
                    ("update", _) => match update.take() {
                        Some(update) if update.wanted || self.severities.contains(&update.severity) => {
                            out.extend(update.collections);
                        }
                        other => items -= other.map_or(0, |u| u.size()),
                    },
                    ("id", Some(update)) => update.wanted |= self.ids.contains(&xml.text),
                    ("severity", Some(update)) => update.severity = bounded(&xml.text)?,
                    _ => {}
                },
                Node::Eof => return Ok(out),
            }
        }
    }

    fn begin<R: BufRead>(&self, xml: &Xml<R>) -> Result<Update, RepodataError> {
        let mut update = Update::default();
        xml.attributes(|key, value| {
            update.wanted |= key == "type" && self.types.iter().any(|t| t == value);
            Ok(())
        })?;
        Ok(update)
    }

    /// Whether a reference is to one of the bugs or CVEs.
    fn names<R: BufRead>(&self, xml: &Xml<R>) -> Result<bool, RepodataError> {
        let (mut kind, mut id) = (String::new(), String::new());
        xml.attributes(|key, value| {
            match key {
                "type" => kind = bounded(value)?,
                "id" => id = bounded(value)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(match kind.as_str() {
            "bugzilla" => self.bugzillas.contains(&id),
            "cve" => self.cves.contains(&id),
            _ => false,
        })
    }
}

impl Update {
    fn size(&self) -> usize {
        self.collections.iter().map(|c| c.modules.len() + c.packages.len()).sum()
    }
}

/// A module or a package of the innermost collection; outside of one it is nobody's.
fn item<R: BufRead>(xml: &Xml<R>, update: &mut Update) -> Result<(), RepodataError> {
    let mut module = AdvisoryModule::default();
    let [mut name, mut arch, mut epoch, mut version, mut release] = [const { String::new() }; 5];
    xml.attributes(|key, value| {
        match key {
            "name" => name = bounded(value)?,
            "epoch" => epoch = bounded(value)?,
            "version" => version = bounded(value)?,
            "release" => release = bounded(value)?,
            "arch" => arch = bounded(value)?,
            "stream" => module.stream = bounded(value)?,
            "context" => module.context = bounded(value)?,
            _ => {}
        }
        Ok(())
    })?;
    let Some(collection) = update.collections.last_mut() else { return Ok(()) };
    if xml.name() == "module" {
        module.name = name;
        collection.modules.push(module);
    } else {
        // An epoch that is no number is none, as in libsolv.
        let evr = Evr::new(epoch.parse().unwrap_or(0), version, release);
        collection.packages.push(Nevra { name, evr, arch });
    }
    Ok(())
}

fn bounded(text: &str) -> Result<String, RepodataError> {
    match text.len() > MAX_NAME {
        true => Err(RepodataError::TooLarge { document: DOCUMENT, what: "a name", limit: MAX_NAME as u64 }),
        false => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"<?xml version="1.0"?><updates>
<update from="a@b" status="final" type="security" version="2"><id>RHSA-1</id><title>x</title><severity>Important</severity>
<references><reference href="h" id="CVE-1" type="cve"/><reference id="77" type="bugzilla"/></references>
<pkglist><collection short="c"><name>c</name><package name="a" version="1" release="2" epoch="3" arch="x86_64" src="s"><filename>a.rpm</filename></package></collection>
<collection><module name="m" stream="1" version="2" context="c" arch="x86_64"/><package name="b" version="1" release="1" arch="noarch"/></collection></pkglist></update>
<update type="bugfix"><id>RHBA-2</id><severity>None</severity><references><reference id="CVE-1" type="other"/></references>
<pkglist><collection><package name="c" version="1" release="1" epoch="x" arch="x86_64"/></collection></pkglist></update></updates>"#;

    fn names(limits: &AdvisoryLimits) -> Vec<String> {
        let found = limits.read(TEXT.as_bytes()).expect("sound");
        found.iter().flat_map(|c| c.packages.iter().map(ToString::to_string)).collect()
    }

    #[test]
    fn what_any_limit_names_is_kept() {
        let one = |text: &str| vec![text.to_owned()];
        let both = ["a-3:1-2.x86_64", "b-1-1.noarch"];
        let none = AdvisoryLimits::default;
        assert_eq!(names(&none()), [""; 0]);
        assert_eq!(names(&AdvisoryLimits { ids: one("RHSA-1"), ..none() }), both);
        assert_eq!(names(&AdvisoryLimits { types: one("security"), ..none() }), both);
        assert_eq!(names(&AdvisoryLimits { cves: one("CVE-1"), ..none() }), both);
        assert_eq!(names(&AdvisoryLimits { bugzillas: one("77"), ..none() }), both);
        assert_eq!(names(&AdvisoryLimits { severities: one("Important"), ..none() }), both);
        assert_eq!(names(&AdvisoryLimits { ids: one("rhsa-1"), severities: one("important"), ..none() }), [""; 0]);
        let all = AdvisoryLimits { ids: one("RHBA-2"), bugzillas: one("77"), ..none() };
        assert_eq!(names(&all), [both[0], both[1], "c-1-1.x86_64"]);
        let modules = all.read(TEXT.as_bytes()).expect("sound").remove(1).modules;
        assert_eq!(
            (modules[0].name.as_str(), modules[0].stream.as_str(), modules[0].context.as_str()),
            ("m", "1", "c")
        );
    }
}
