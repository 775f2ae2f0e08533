//! Text with places for what only resolving tells: versions of installed packages.

use serde::Serialize;

use crate::terms::Nevra;

/// A text in which `${rpm:NAME}` and `${uname:NAME}` still stand; [`Template::bind`] fills them in.
///
/// `${rpm:NAME}` is `version-release.arch` of package NAME in the image; `${uname:NAME}` is what `uname -r` says under that
/// kernel package (with `+rt`, `+64k` or `+debug` where the kernel's build adds it). Both are empty when the package isn't
/// in the image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Template(String);

impl Template {
    /// From text whose plain variables are expanded already; `$${` still stands for `${`.
    pub(super) fn new(text: String) -> Self {
        Self(text)
    }

    /// The names of the packages the text speaks of.
    pub fn packages(&self) -> Vec<&str> {
        let mut names: Vec<_> = split(&self.0)
            .filter_map(|part| if let Part::Variable { name, .. } = part { package(name) } else { None })
            .map(|(_, name)| name)
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The final text. `installed` gives the package of a name, of the base or of the lock; the newest of several.
    pub fn bind(&self, installed: &dyn Fn(&str) -> Option<Nevra>) -> String {
        let mut out = String::with_capacity(self.0.len());
        for part in split(&self.0) {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Variable { name, .. } => match package(name) {
                    Some((Fact::Rpm, name)) => out.push_str(&installed(name).map(|p| p.kver()).unwrap_or_default()),
                    Some((Fact::Uname, name)) => out.push_str(&installed(name).map(|p| uname(&p)).unwrap_or_default()),
                    None => {}
                },
                Part::Open(text) => out.push_str(text),
            }
        }
        out
    }
}

/// What is asked about a package.
#[derive(Clone, Copy)]
enum Fact {
    Rpm,
    Uname,
}

/// Whether a variable's name asks about a package, and about which.
fn package(name: &str) -> Option<(Fact, &str)> {
    let (kind, package) = name.split_once(':')?;
    match kind {
        "rpm" => Some((Fact::Rpm, package)),
        "uname" => Some((Fact::Uname, package)),
        _ => None,
    }
}

/// Whether `${name}` is filled in by [`Template::bind`].
pub(super) fn is_late(name: &str) -> bool {
    package(name).is_some_and(|(_, package)| !package.is_empty())
}

/// The release string of the kernel that a kernel package belongs to. Variants add a suffix, except rt kernels of RHEL 8
/// and before, whose release has `.rt` in it.
pub fn uname(package: &Nevra) -> String {
    let name = package.name.as_str();
    let rt = name.starts_with("kernel-rt") && !package.evr.release.contains(".rt");
    let debug = name.contains("-debug");
    let suffix = match (name.starts_with("kernel-64k"), rt, debug) {
        (true, _, true) => "+64k-debug",
        (true, _, false) => "+64k",
        (_, true, true) => "+rt-debug",
        (_, true, false) => "+rt",
        (_, false, true) => "+debug",
        (_, false, false) => "",
    };
    format!("{}{suffix}", package.kver())
}

/// A piece of a text with variables.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// As it stands; for `$${` this is `${`.
    Literal(&'a str),
    /// `${name}`, at a byte offset.
    Variable {
        /// Between the braces.
        name: &'a str,
        /// Of the dollar sign.
        at: usize,
    },
    /// A `${` that no `}` closes, with all that follows.
    Open(&'a str),
}

/// Cuts a text at its variables.
pub(super) fn split(text: &str) -> impl Iterator<Item = Part<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|r| !r.is_empty())?;
        let start = at;
        if rest.starts_with("$${") {
            at += 3;
            return Some(Part::Literal(&rest[1..3]));
        }
        if let Some(inner) = rest.strip_prefix("${") {
            let Some(end) = inner.find('}') else {
                at = text.len();
                return Some(Part::Open(rest));
            };
            at += end + 3;
            return Some(Part::Variable { name: &inner[..end], at: start });
        }
        // Up to the next `${` or `$${`; the first character is neither's beginning.
        let next = rest.char_indices().skip(1).map(|(i, _)| i).find(|i| {
            let r = &rest[*i..];
            r.starts_with("${") || r.starts_with("$${")
        });
        let end = next.unwrap_or(rest.len());
        at += end;
        Some(Part::Literal(&rest[..end]))
    })
}
