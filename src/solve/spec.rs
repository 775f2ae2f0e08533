//! What people ask for: name, name.arch, N-V, N-V-R, NEVRA, globs, capability with comparison, file path.

use std::collections::BTreeMap;

use globset::{Glob, GlobMatcher};

use super::{
    Error,
    paths::is_path_pattern,
    pool::{Pkg, Pool},
    rules::Rulebook,
};
use crate::{
    formats::repodata::{Requirement, Rich},
    terms::rpmvercmp,
};

/// One part of a spec: exact text or a glob.
pub(super) enum Part {
    Any,
    Exact(String),
    Like(GlobMatcher),
}

impl Part {
    fn new(text: &str) -> Self {
        if !text.contains(['*', '?', '[']) {
            return Self::Exact(text.to_owned());
        }
        pattern(text).map_or_else(|| Self::Exact(text.to_owned()), Self::Like)
    }

    /// Whether it is this version or release: versions are compared, not spelled.
    fn is_version(&self, text: &str) -> bool {
        match self {
            Self::Exact(t) => rpmvercmp(t, text).is_eq(),
            _ => self.fits(text),
        }
    }

    /// Whether the spec says anything here.
    pub fn is_given(&self) -> bool {
        !matches!(self, Self::Any)
    }

    pub fn fits(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(t) => t == text,
            Self::Like(g) => g.is_match(text),
        }
    }
}

/// A reading of a spec as (part of) a NEVRA.
pub(super) struct Form {
    pub name: Part,
    epoch: Option<u32>,
    pub version: Part,
    release: Part,
    pub arch: Part,
    just_name: bool,
}

/// The readings dnf tries, in its order (hawkey's default forms): NEVRA, NA, NAME, NEVR, NEV.
pub(super) fn forms(spec: &str) -> Vec<Form> {
    let mut out = Vec::new();
    let mut add = |name: &str, ev: Option<&str>, release: Option<&str>, arch: Option<&str>| {
        let (epoch, version) = match ev.map(|ev| ev.split_once(':').map_or((None, ev), |(e, v)| (Some(e), v))) {
            Some((Some(e), v)) => match e.parse() {
                Ok(e) => (Some(e), Part::new(v)),
                Err(_) => return,
            },
            Some((None, v)) => (None, Part::new(v)),
            None => (None, Part::Any),
        };
        let optional = |text: Option<&str>| text.map_or(Part::Any, Part::new);
        if name.is_empty() || [ev, release, arch].into_iter().flatten().any(str::is_empty) {
            return;
        }
        let just_name = ev.is_none() && release.is_none() && arch.is_none();
        let (release, arch) = (optional(release), optional(arch));
        out.push(Form { name: Part::new(name), epoch, version, release, arch, just_name });
    };
    let split_nevr = |text: &str| -> Option<(String, String, String)> {
        let (rest, release) = text.rsplit_once('-')?;
        let (name, ev) = rest.rsplit_once('-')?;
        Some((name.to_owned(), ev.to_owned(), release.to_owned()))
    };
    let with_arch = spec.rsplit_once('.').filter(|(_, arch)| !arch.contains(['-', ':']));
    if let Some((rest, arch)) = with_arch {
        if let Some((name, ev, release)) = split_nevr(rest) {
            add(&name, Some(&ev), Some(&release), Some(arch));
        }
        add(rest, None, None, Some(arch));
    }
    add(spec, None, None, None);
    if let Some((name, ev, release)) = split_nevr(spec) {
        add(&name, Some(&ev), Some(&release), None);
    }
    if let Some((name, ev)) = spec.rsplit_once('-') {
        add(name, Some(ev), None, None);
    }
    out
}

/// What a spec means.
#[derive(Default)]
pub(super) struct Match {
    /// The packages, in number order.
    pub packages: Vec<Pkg>,
    /// The spec is a bare name, and so also means what obsoletes the packages of that name.
    just_name: bool,
    /// Its architecture is a pattern: dnf installs every one that fits, whatever advisories say.
    pub many_arches: bool,
    /// There are packages, and advisories bring none of them.
    pub not_advised: bool,
}

/// A pattern as `fnmatch` takes it: braces stand for themselves.
pub(super) fn pattern(text: &str) -> Option<GlobMatcher> {
    let plain = text.replace('{', "\\{").replace('}', "\\}");
    Glob::new(&plain).ok().map(|g| g.compile_matcher())
}

/// Whether the spec is a pattern.
pub(super) fn is_glob(spec: &str) -> bool {
    spec.contains(['*', '?', '['])
}

impl Pool<'_> {
    /// What dnf would find for a spec (`Query::filterSubject`): the first reading that anything usable fits. Where nothing
    /// usable fits any, the packages that are out, for the explanation; empty if there are none either.
    pub fn matching(&self, spec: &str) -> Result<Match, Error> {
        let spec = spec.trim_end();
        let usable = self.reading(spec, &|p| self.is_considered(p))?;
        if !usable.packages.is_empty() {
            let limit = |packages| if usable.many_arches { packages } else { self.advised(packages) };
            let packages = limit(usable.packages);
            return Ok(Match { not_advised: packages.is_empty(), packages, ..usable });
        }
        Ok(Match { just_name: false, ..self.reading(spec, &|p| !self.is_hidden(p))? })
    }

    /// The candidates a spec leaves to choose from, for each package it asks for: a pattern asks for every name that can
    /// be had, anything else for one package.
    pub fn candidates(&self, spec: &str, found: Match) -> Vec<Vec<Pkg>> {
        if !is_glob(spec) || spec.starts_with('/') || spec.starts_with("*/") {
            let mut one = found.packages;
            self.add_obsoleters(&mut one, found.just_name);
            return if one.is_empty() { Vec::new() } else { vec![one] };
        }
        if found.many_arches {
            return self.each_arch(found.packages);
        }
        let mut by_name = BTreeMap::<_, Vec<Pkg>>::new();
        for p in found.packages {
            by_name.entry(self.group_of(p)).or_default().push(p);
        }
        let mut out: Vec<Vec<Pkg>> = by_name.into_values().collect();
        out.retain(|list| list.iter().any(|&p| !self.is_installed(p)));
        out.sort_unstable_by_key(|list| list.iter().position(|&p| !self.is_installed(p)).map(|i| list[i]));
        out.iter_mut().for_each(|list| self.add_obsoleters(list, found.just_name));
        out
    }

    /// Every name for every architecture that fits, but for those of which one is installed (dnf's `_install_multiarch`).
    fn each_arch(&self, packages: Vec<Pkg>) -> Vec<Vec<Pkg>> {
        let mut by_arch = BTreeMap::<_, Vec<Pkg>>::new();
        for p in packages {
            by_arch.entry((self.group_of(p), self.arch(p))).or_default().push(p);
        }
        let mut out: Vec<Vec<Pkg>> = by_arch.into_values().collect();
        out.retain(|list| !list.iter().any(|&p| self.is_installed(p)));
        out.sort_unstable_by_key(|list| list[0]);
        out
    }

    pub(super) fn add_obsoleters(&self, list: &mut Vec<Pkg>, just_name: bool) {
        if just_name {
            let more = list
                .iter()
                .filter(|&&p| self.is_visible(p))
                .flat_map(|&p| self.all_obsoleters(p))
                .filter(|&q| self.is_considered(q));
            list.extend(more.collect::<Vec<_>>());
        }
        list.sort_unstable();
        list.dedup();
    }

    fn reading(&self, spec: &str, fits: &dyn Fn(Pkg) -> bool) -> Result<Match, Error> {
        for form in forms(spec) {
            let packages = self.of_form(&form, fits);
            if !packages.is_empty() {
                let many_arches = matches!(form.arch, Part::Like(_));
                return Ok(Match { packages, just_name: form.just_name, many_arches, ..Match::default() });
            }
        }
        if let (true, Some(glob)) = (is_glob(spec), pattern(spec)) {
            let mut packages = self.like(&glob, fits);
            if packages.is_empty() && is_path_pattern(spec) {
                packages = self.owning_like(spec).into_iter().filter(|&p| fits(p)).collect();
            }
            return Ok(Match { packages, ..Match::default() });
        }
        let unreadable = |source| Error::Spec { spec: spec.chars().take(200).collect(), source };
        if spec.starts_with('(') {
            let rich = Rich::parse(spec).map_err(unreadable)?;
            let packages = Rulebook::new(self).listed(&rich).into_iter().filter(|&p| fits(p)).collect();
            return Ok(Match { packages, ..Match::default() });
        }
        let wanted: Requirement = match spec.starts_with('/') {
            true => Requirement::any(spec),
            false => spec.parse().map_err(unreadable)?,
        };
        // rpm has these two, dnf does not; nor does it overlook a blank at the beginning.
        if spec.starts_with(' ') || ["=<", "=>"].iter().any(|sign| spec.split_ascii_whitespace().nth(1) == Some(sign)) {
            return Ok(Match::default());
        }
        // Packages of other architectures provide nothing, though they own files; they are named where nothing else is.
        let mut packages: Vec<Pkg> = self.providers(&wanted).into_iter().filter(|&p| fits(p)).collect();
        if !spec.starts_with('/') && packages.iter().any(|&p| self.is_visible(p)) {
            packages.retain(|&p| self.is_visible(p));
        }
        Ok(Match { packages, ..Match::default() })
    }

    /// By full name, else by capability.
    fn like(&self, glob: &GlobMatcher, fits: &dyn Fn(Pkg) -> bool) -> Vec<Pkg> {
        let mut found = self.like_nevra(glob, fits);
        if found.is_empty() {
            let names = self.capabilities_like(glob).into_iter();
            found.extend(names.flat_map(|n| self.providers(&Requirement::any(n))).filter(|&p| fits(p)));
            found.sort_unstable();
            found.dedup();
        }
        found
    }

    /// By full name; the epoch counts where the pattern has one.
    fn like_nevra(&self, glob: &GlobMatcher, fits: &dyn Fn(Pkg) -> bool) -> Vec<Pkg> {
        let with_epoch = glob.glob().glob().contains(':');
        let full = |p: Pkg| {
            let mut nevra = self.nevra(p);
            nevra.evr.epoch = if with_epoch { nevra.evr.epoch } else { 0 };
            nevra.to_string()
        };
        self.all().filter(|&p| self.arch(p) != "src" && fits(p) && glob.is_match(full(p))).collect()
    }

    /// What a pattern of an exclude or include list names: a reading as a (part of a) full name that anything fits.
    pub fn named_like(&self, pattern: &str) -> Vec<Pkg> {
        let all = |_| true;
        let found = forms(pattern).iter().map(|form| self.of_form(form, &all)).find(|found| !found.is_empty());
        found.unwrap_or_else(|| match self::pattern(pattern) {
            Some(glob) if is_glob(pattern) => self.like_nevra(&glob, &all),
            _ => Vec::new(),
        })
    }

    fn of_form(&self, form: &Form, usable: &dyn Fn(Pkg) -> bool) -> Vec<Pkg> {
        let fits = |p: &Pkg| {
            let evr = self.evr(*p);
            form.epoch.is_none_or(|e| e == evr.epoch)
                && form.version.is_version(evr.version)
                && form.release.is_version(evr.release)
                && form.arch.fits(self.arch(*p))
                && self.arch(*p) != "src"
                && usable(*p)
        };
        let mut out: Vec<Pkg> = match &form.name {
            Part::Exact(name) => self.named(name).into_iter().filter(fits).collect(),
            part => {
                let names = self.names().filter(|(name, _)| part.fits(name));
                names.flat_map(|(_, members)| members.iter().copied()).filter(fits).collect()
            }
        };
        out.sort_unstable();
        out
    }
}
