//! What people ask for: name, name.arch, N-V, N-V-R, NEVRA, globs, capability with comparison, file path.

use globset::{Glob, GlobMatcher};

use super::{
    Error,
    pool::{Pkg, Pool},
};
use crate::formats::repodata::{Requirement, Sense};

/// One part of a spec: exact text or a glob.
enum Part {
    Any,
    Exact(String),
    Like(GlobMatcher),
}

impl Part {
    fn new(text: &str) -> Self {
        if !text.contains(['*', '?', '[']) {
            return Self::Exact(text.to_owned());
        }
        Glob::new(text).map_or_else(|_| Self::Exact(text.to_owned()), |g| Self::Like(g.compile_matcher()))
    }

    fn fits(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(t) => t == text,
            Self::Like(g) => g.is_match(text),
        }
    }
}

/// A reading of a spec as (part of) a NEVRA.
struct Form {
    name: Part,
    epoch: Option<u32>,
    version: Part,
    release: Part,
    arch: Part,
    just_name: bool,
}

/// The readings dnf tries, in its order (hawkey's default forms): NEVRA, NA, NAME, NEVR, NEV.
fn forms(spec: &str) -> Vec<Form> {
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

impl Pool<'_> {
    /// Everything a spec means, barred packages included; empty if nothing has such a name, capability or file.
    pub fn matching(&self, spec: &str) -> Result<Vec<Pkg>, Error> {
        let spec = spec.trim();
        for form in forms(spec) {
            let found = self.of_form(&form);
            if !found.is_empty() {
                return Ok(if form.just_name { self.with_obsoleters(found) } else { found });
            }
        }
        let wanted: Requirement =
            spec.parse().map_err(|source| Error::Spec { spec: spec.chars().take(200).collect(), source })?;
        let found = self.providers(&wanted);
        if !found.is_empty() || wanted.sense != Sense::ANY {
            return Ok(found);
        }
        if let (true, Ok(glob)) = (spec.contains(['*', '?', '[']), Glob::new(spec)) {
            let names = self.capabilities_like(&glob.compile_matcher());
            let mut found: Vec<Pkg> = names.into_iter().flat_map(|n| self.providers(&Requirement::any(n))).collect();
            found.sort_unstable();
            found.dedup();
            return Ok(found);
        }
        Ok(Vec::new())
    }

    fn of_form(&self, form: &Form) -> Vec<Pkg> {
        let fits = |p: &Pkg| {
            let evr = self.evr(*p);
            form.epoch.is_none_or(|e| e == evr.epoch)
                && form.version.fits(evr.version)
                && form.release.fits(evr.release)
                && form.arch.fits(self.arch(*p))
                && self.arch(*p) != "src"
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

    /// A bare name also means what obsoletes the packages of that name, as in dnf's `install`.
    fn with_obsoleters(&self, found: Vec<Pkg>) -> Vec<Pkg> {
        let mut out = found.clone();
        for p in found {
            out.extend(self.obsoleters(p).into_iter().filter(|&o| !self.is_installed(o) && self.barred(o).is_none()));
        }
        out.sort_unstable();
        out.dedup();
        out
    }

    /// The name closest to a spec that matched nothing.
    pub fn nearest_name(&self, spec: &str) -> Option<String> {
        let score = |name: &str| strsim::jaro_winkler(spec, name);
        let best = self
            .names()
            .map(|(name, _)| (score(name), name))
            .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))?;
        (best.0 > 0.85).then(|| best.1.to_owned())
    }
}
