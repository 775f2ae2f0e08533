//! What a `.repo` file says about a repository.

use super::{ConfigError, Variables, ini};
use crate::terms::Secret;

/// One repository's configuration, with dnf's names and defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepoConfig {
    /// The section's name.
    pub id: String,
    /// `name`, for people.
    pub name: String,
    /// `baseurl`: tried in this order.
    pub baseurls: Vec<String>,
    /// `mirrorlist`: a text file of base URLs, tried before those of `baseurl`.
    pub mirrorlist: Option<String>,
    /// `metalink`: mirrors and checksums of `repomd.xml`; wins over `mirrorlist`.
    pub metalink: Option<String>,
    /// `enabled`
    pub enabled: bool,
    /// `priority`: lower wins. 99 by default.
    pub priority: i32,
    /// `cost`: cheaper wins between equals. 1000 by default.
    pub cost: u32,
    /// `gpgcheck`: packages must be signed by one of `gpgkeys`. Unlike dnf's, the default is true.
    pub gpgcheck: bool,
    /// `repo_gpgcheck`: so must `repomd.xml`.
    pub repo_gpgcheck: bool,
    /// `gpgkey`: URLs or paths of keys.
    pub gpgkeys: Vec<String>,
    /// `sslcacert`: path of the authorities to trust.
    pub sslcacert: Option<String>,
    /// `sslclientcert`: path of the client certificate.
    pub sslclientcert: Option<String>,
    /// `sslclientkey`: path of its key.
    pub sslclientkey: Option<String>,
    /// `username`, for the servers of [`RepoConfig::homes`].
    pub username: Option<String>,
    /// `password`
    pub password: Option<Secret<String>>,
    /// `sslverify`
    pub sslverify: bool,
    /// `excludepkgs` (also spelled `exclude`)
    pub excludepkgs: Vec<String>,
    /// `includepkgs`
    pub includepkgs: Vec<String>,
    /// `module_hotfixes`: its packages are not hidden by modules.
    pub module_hotfixes: bool,
    /// `skip_if_unavailable`: go on without it.
    pub skip_if_unavailable: bool,
    /// What was expanded in it, and is in the lines of its mirror list.
    pub variables: Variables,
}

impl RepoConfig {
    /// A repository at one address, all else by default.
    pub fn new(id: impl Into<String>, baseurl: impl Into<String>) -> Self {
        let id = id.into();
        Self { name: id.clone(), baseurls: vec![baseurl.into()], ..Self::empty(id) }
    }

    fn empty(id: String) -> Self {
        Self {
            id,
            name: String::new(),
            baseurls: Vec::new(),
            mirrorlist: None,
            metalink: None,
            enabled: true,
            priority: 99,
            cost: 1000,
            gpgcheck: true,
            repo_gpgcheck: false,
            gpgkeys: Vec::new(),
            sslcacert: None,
            sslclientcert: None,
            sslclientkey: None,
            username: None,
            password: None,
            sslverify: true,
            excludepkgs: Vec::new(),
            includepkgs: Vec::new(),
            module_hotfixes: false,
            skip_if_unavailable: false,
            variables: Variables::default(),
        }
    }

    /// The list of mirrors to ask, and whether it is a metalink: also one in `mirrorlist`'s place, by its address, as dnf sees it.
    pub fn list(&self) -> Option<(&str, bool)> {
        let mirrorlist = self.mirrorlist.as_deref().map(|url| (url, url.contains("metalink")));
        self.metalink.as_deref().map(|url| (url, true)).or(mirrorlist)
    }

    /// Whose servers credentials are for: those of `baseurl`, and where there is none, of the list.
    pub fn homes(&self) -> impl Iterator<Item = &str> {
        let list = self.list().filter(|_| self.baseurls.is_empty()).map(|(url, _)| url);
        self.baseurls.iter().map(String::as_str).chain(list)
    }

    /// Parses the text of a `.repo` file; `file` is its name, for errors. `[main]` is skipped, unknown keys are ignored.
    /// Variables stay as they are: see [`RepoConfig::expanded`].
    ///
    /// # Errors
    /// Lines that are none of section, assignment, continuation and comment; values that mean nothing for their key; a
    /// repository without any address; the same id twice.
    pub fn parse_file(file: &str, text: &str) -> Result<Vec<Self>, ConfigError> {
        let mut out: Vec<Self> = Vec::new();
        for section in ini::sections(file, text)? {
            if section.name == "main" {
                continue;
            }
            if out.iter().any(|r| r.id == section.name) {
                return Err(ConfigError::Twice { file: file.to_owned(), line: section.line, id: section.name });
            }
            let mut config = Self::empty(section.name);
            for (line, key, value) in section.values {
                config.set(&key, &value).map_err(|expected| ConfigError::Value {
                    file: file.to_owned(),
                    line,
                    key,
                    value,
                    expected,
                })?;
            }
            if config.baseurls.is_empty() && config.mirrorlist.is_none() && config.metalink.is_none() {
                return Err(ConfigError::NoAddress { file: file.to_owned(), line: section.line, id: config.id });
            }
            out.push(config);
        }
        Ok(out)
    }

    /// Sets one key of a `.repo` file; unknown ones are ignored.
    ///
    /// # Errors
    /// What the key expects, when the value means nothing for it.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), &'static str> {
        let text = || Some(value.to_owned()).filter(|v| !v.is_empty());
        match key {
            "name" => value.clone_into(&mut self.name),
            // A path is a local repository.
            "baseurl" => self.baseurls = list(value).into_iter().map(address).collect(),
            "mirrorlist" => self.mirrorlist = text(),
            "metalink" => self.metalink = text(),
            "enabled" => self.enabled = flag(value)?,
            "priority" => self.priority = value.parse().map_err(|_| "a number")?,
            "cost" => self.cost = value.parse().map_err(|_| "a number that is not negative")?,
            "gpgcheck" | "pkg_gpgcheck" => self.gpgcheck = flag(value)?,
            "repo_gpgcheck" => self.repo_gpgcheck = flag(value)?,
            "gpgkey" => self.gpgkeys = list(value),
            "sslcacert" => self.sslcacert = text(),
            "sslclientcert" => self.sslclientcert = text(),
            "sslclientkey" => self.sslclientkey = text(),
            "username" => self.username = text(),
            "password" => self.password = text().map(Secret::new),
            "sslverify" => self.sslverify = flag(value)?,
            // Both spellings add up; an empty one takes back (libdnf `optionTListAppend`).
            "excludepkgs" | "exclude" => append(&mut self.excludepkgs, value),
            "includepkgs" => append(&mut self.includepkgs, value),
            "module_hotfixes" => self.module_hotfixes = flag(value)?,
            "skip_if_unavailable" => self.skip_if_unavailable = flag(value)?,
            _ => {}
        }
        Ok(())
    }

    /// With variables replaced in everything that is an address, a path or a name.
    pub fn expanded(&self, variables: &Variables) -> Self {
        let mut out = self.clone();
        let lists = [&mut out.baseurls, &mut out.gpgkeys, &mut out.excludepkgs, &mut out.includepkgs];
        lists.into_iter().flatten().for_each(|s| *s = variables.expand(s));
        out.name = variables.expand(&out.name);
        let options =
            [&mut out.mirrorlist, &mut out.metalink, &mut out.sslcacert, &mut out.sslclientcert, &mut out.sslclientkey];
        options.into_iter().flatten().for_each(|s| *s = variables.expand(s));
        out.variables = variables.clone();
        out
    }
}

/// dnf's words for yes and no (libdnf `OptionBool`), in any case.
fn flag(value: &str) -> Result<bool, &'static str> {
    match value.to_ascii_lowercase().as_str() {
        "1" | "yes" | "true" | "on" | "always" => Ok(true),
        "0" | "no" | "false" | "off" | "never" => Ok(false),
        _ => Err("one of 1, 0, yes, no, true, false, on, off"),
    }
}

fn address(url: String) -> String {
    if url.starts_with('/') { format!("file://{url}") } else { url }
}

fn append(to: &mut Vec<String>, value: &str) {
    match list(value) {
        more if more.is_empty() => to.clear(),
        more => to.extend(more),
    }
}

/// Lists are separated by commas, blanks and line ends.
fn list(value: &str) -> Vec<String> {
    value.split([',', ' ', '\t', '\n']).filter(|s| !s.is_empty()).map(str::to_owned).collect()
}
