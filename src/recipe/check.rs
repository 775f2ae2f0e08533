//! Values that mean something: sections of a document become parts of a plan, or errors with a place.

use crate::terms::{Arch, Digest, RootPath};

use super::{
    Base, Content, Document, Error, FilePlan, FileSection, LayerPlan, Overrides, Place, RepoPlan, RepoSection, RepoUrl,
    Template, UserPlan, UserSection,
    expand::{meant, root},
    source::{Path, Source},
};

/// What kinds of advisories there are.
pub(super) const TYPES: [&str; 4] = ["security", "bugfix", "enhancement", "newpackage"];
/// How grave what they mend may be.
pub(super) const SEVERITIES: [&str; 4] = ["Critical", "Important", "Moderate", "Low"];

/// Turns sections into plans and refuses values that mean nothing.
pub(super) struct Check<'a> {
    pub(super) source: &'a Source<'a>,
}

impl Check<'_> {
    fn bad(&self, path: &Path, value: &str, why: impl Into<String>) -> Error {
        Error::BadValue { at: self.source.find(path), key: path.to_string(), value: value.to_owned(), why: why.into() }
    }

    pub(super) fn path(&self, at: &Path, value: &str) -> Result<RootPath, Error> {
        if !value.starts_with('/') {
            return Err(self.bad(at, value, "a path in the image begins with /"));
        }
        RootPath::new(value).map_err(|e| self.bad(at, value, e.why))
    }

    pub(super) fn base(&self, document: &Document, overrides: &Overrides) -> Result<Base, Error> {
        let key = Path::of(&["image", "base"]);
        let (text, at) = match (&overrides.base, &document.image.base) {
            (Some(flag), _) => (flag.as_str(), Place::Flag("--base")),
            (None, Some(base)) => (base.as_str(), self.source.find(&key)),
            (None, None) => return Err(Error::NoBase { recipe: self.source.name().to_owned() }),
        };
        parse_base(text).map_err(|why| match why {
            BaseProblem::NotPinned => Error::BaseByTag { at, base: text.to_owned() },
            BaseProblem::Malformed(why) => {
                Error::BadValue { at, key: key.to_string(), value: text.to_owned(), why: why.into() }
            }
        })
    }

    pub(super) fn repos(&self, document: &Document, arch: Arch, overrides: &Overrides) -> Result<Vec<RepoPlan>, Error> {
        let mut repos: Vec<RepoPlan> = Vec::new();
        for (i, r) in document.repos.iter().enumerate() {
            let at = Path::of(&["repos"]).index(i);
            let repo = self.repo(&at, r)?;
            if repos.iter().any(|other| other.id == repo.id) && r.enabled != Some(false) && meant(&r.arches, arch) {
                return Err(self.bad(&at, &repo.id, "another repository has this id"));
            }
            if r.enabled != Some(false) && meant(&r.arches, arch) {
                repos.push(repo);
            }
        }
        Ok(with_command_line(repos, overrides))
    }

    fn repo(&self, at: &Path, r: &RepoSection) -> Result<RepoPlan, Error> {
        let missing =
            |key: &str| Error::MissingKey { at: self.source.find(at), key: key.to_owned(), table: at.to_string() };
        let id = match (&r.id, &r.label) {
            (Some(id), _) => id.clone(),
            (None, Some(label)) => label.clone(),
            (None, None) => return Err(missing("id")),
        };
        if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:".contains(c)) {
            return Err(self.bad(&at.key("id"), &id, "an id has letters, digits and -_.: only"));
        }
        let addresses = [("baseurl", &r.baseurl), ("mirrorlist", &r.mirrorlist), ("metalink", &r.metalink)];
        if r.label.is_none() && addresses.iter().all(|(_, url)| url.is_none()) {
            return Err(missing("baseurl"));
        }
        for (key, url) in addresses {
            let Some(url) = url else { continue };
            if !["http://", "https://", "file:///"].iter().any(|scheme| url.starts_with(scheme)) {
                let shown = crate::terms::stripped(url);
                return Err(self.bad(&at.key(key), &shown, "expected http://, https:// or file:///"));
            }
        }
        if r.sslclientkey.is_some() && r.sslclientcert.is_none() {
            return Err(missing("sslclientcert"));
        }
        Ok(RepoPlan {
            id,
            label: r.label.clone(),
            baseurl: r.baseurl.clone().map(RepoUrl::new),
            mirrorlist: r.mirrorlist.clone().map(RepoUrl::new),
            metalink: r.metalink.clone().map(RepoUrl::new),
            priority: r.priority.unwrap_or(99),
            cost: r.cost.unwrap_or(1000),
            gpgcheck: r.gpgcheck.unwrap_or(true),
            repo_gpgcheck: r.repo_gpgcheck,
            gpgkeys: r.gpgkeys.clone(),
            sslcacert: r.sslcacert.clone(),
            sslclientcert: r.sslclientcert.clone(),
            sslclientkey: r.sslclientkey.clone(),
            excludepkgs: r.excludepkgs.clone(),
            includepkgs: r.includepkgs.clone(),
            module_hotfixes: r.module_hotfixes,
            skip_if_unavailable: r.skip_if_unavailable,
        })
    }

    pub(super) fn layers(&self, document: &Document) -> Result<Vec<LayerPlan>, Error> {
        let mut layers: Vec<LayerPlan> = Vec::new();
        for (i, l) in document.layers.iter().enumerate() {
            let at = Path::of(&["layers"]).index(i);
            if l.name.is_empty() || !l.name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
                return Err(self.bad(&at.key("name"), &l.name, "a layer's name has letters, digits and -_. only"));
            }
            if layers.iter().any(|other| other.name == l.name) {
                return Err(self.bad(&at.key("name"), &l.name, "another layer has this name"));
            }
            for (n, glob) in l.packages.iter().enumerate() {
                globset::Glob::new(glob)
                    .map_err(|e| self.bad(&at.key("packages").index(n), glob, e.kind().to_string()))?;
            }
            layers.push(LayerPlan { name: l.name.clone(), packages: l.packages.clone() });
        }
        if layers.is_empty() {
            layers.push(LayerPlan { name: "packages".into(), packages: vec!["*".into()] });
        }
        Ok(layers)
    }

    pub(super) fn users(&self, users: &[UserSection]) -> Result<Vec<UserPlan>, Error> {
        let mut plans: Vec<UserPlan> = Vec::new();
        for (i, u) in users.iter().enumerate() {
            let at = Path::of(&["users"]).index(i);
            for (key, text) in [("name", &u.name), ("comment", &u.comment)] {
                if text.contains([':', '\n', ',']) && key == "name" || text.contains([':', '\n']) || u.name.is_empty() {
                    return Err(self.bad(&at.key(key), text, "it cannot stand in /etc/passwd"));
                }
            }
            if plans.iter().any(|other| other.name == u.name) {
                return Err(self.bad(&at.key("name"), &u.name, "another user has this name"));
            }
            plans.push(UserPlan {
                name: u.name.clone(),
                uid: u.uid,
                gid: u.gid.unwrap_or(u.uid),
                groups: u.groups.clone(),
                home: u.home.as_deref().map(|h| self.path(&at.key("home"), h)).transpose()?,
                shell: u.shell.clone().unwrap_or_else(|| "/sbin/nologin".into()),
                comment: u.comment.clone(),
            });
        }
        Ok(plans)
    }

    pub(super) fn file(&self, at: &Path, f: &FileSection) -> Result<FilePlan, Error> {
        let content = match (&f.content, &f.source) {
            (Some(text), None) => Content::Content(Template::new(text.clone())),
            (None, Some(path)) => Content::Source(path.clone()),
            _ => return Err(self.bad(&at.key("path"), &f.path, "a file has either content or source")),
        };
        let text = f.mode.as_deref().unwrap_or("0644");
        let mode = u16::from_str_radix(text, 8).ok().filter(|m| *m <= 0o7777);
        let mode = mode.ok_or_else(|| self.bad(&at.key("mode"), text, "expected octal digits, as in \"0644\""))?;
        let path = self.path(&at.key("path"), &f.path)?;
        Ok(FilePlan { path, content, mode, user: root(f.user.as_ref()), group: root(f.group.as_ref()) })
    }

    /// Specs and streams that cannot be any; whether a repository has them is the resolver's business.
    pub(super) fn specs(&self, document: &Document) -> Result<(), Error> {
        let p = &document.packages;
        let lists = [("install", &p.install), ("try", &p.r#try), ("compiler_of_kernel", &p.compiler_of_kernel)];
        for (key, list) in lists {
            // Positions are the document's, before `try` entries were dropped: then the whole list is pointed at.
            let at = Path::of(&["packages", key]);
            if let Some(spec) = list.iter().find(|s| s.trim().is_empty() || s.contains(char::is_control)) {
                return Err(self.bad(&at, spec, "a spec cannot be empty or hold control characters"));
            }
        }
        let words = [("types", &p.advisories.types, &TYPES), ("severities", &p.advisories.severities, &SEVERITIES)];
        for (key, list, known) in words {
            if let Some(word) = list.iter().find(|word| !known.contains(&word.as_str())) {
                let at = Path::of(&["packages", "advisories", key]);
                return Err(self.bad(&at, word, format!("one of {}", known.join(", "))));
            }
        }
        let stream = |m: &&String| m.split_once(':').is_none_or(|(name, stream)| name.is_empty() || stream.is_empty());
        match p.modules.iter().find(stream) {
            Some(module) => Err(self.bad(&Path::of(&["packages", "modules"]), module, "expected NAME:STREAM")),
            None => Ok(()),
        }
    }
}

/// See [`Overrides::repos`].
fn with_command_line(mut repos: Vec<RepoPlan>, overrides: &Overrides) -> Vec<RepoPlan> {
    for (id, url) in &overrides.repos {
        let url = RepoUrl::new(url.clone());
        match repos.iter_mut().find(|r| r.id == *id || r.label.as_ref() == Some(id)) {
            Some(repo) => {
                (repo.baseurl, repo.label, repo.mirrorlist, repo.metalink) = (Some(url), None, None, None);
            }
            None => repos.push(RepoPlan { baseurl: Some(url), ..RepoPlan::new(id.clone()) }),
        }
    }
    if overrides.repo_files || !overrides.repos.is_empty() {
        repos.retain(RepoPlan::has_address);
    }
    repos
}

enum BaseProblem {
    NotPinned,
    Malformed(&'static str),
}

/// `[docker://]REGISTRY/NAME[:TAG]@sha256:…` or `none`. A tag beside a digest says nothing and is dropped.
fn parse_base(text: &str) -> Result<Base, BaseProblem> {
    if text == "none" {
        return Ok(Base::None);
    }
    let name = text.strip_prefix("docker://").unwrap_or(text);
    let (name, digest) = name.split_once('@').ok_or(BaseProblem::NotPinned)?;
    let digest: Digest =
        digest.parse().map_err(|_| BaseProblem::Malformed("after @ comes sha256: and 64 lower-case hex digits"))?;
    let (host, path) = name.split_once('/').ok_or(BaseProblem::Malformed("begin it with the registry's host name"))?;
    if !(host.contains(['.', ':']) || host == "localhost") {
        return Err(BaseProblem::Malformed("begin it with the registry's host name"));
    }
    let path = path.split_once(':').map_or(path, |(path, _tag)| path);
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-/".contains(c);
    if path.is_empty() || !path.chars().all(fine) {
        return Err(BaseProblem::Malformed("a name has lower-case letters, digits and ._-/ only"));
    }
    Ok(Base::Image { repository: format!("{host}/{path}"), digest })
}
