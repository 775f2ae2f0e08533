//! Units: their names, where they are, what their `[Install]` section says.

use crate::{
    effects::{
        process::{Process, Stat},
        systemd::{image::expand, words},
    },
    rootfs::Kind,
};

/// Whose units.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    /// Where links are made.
    pub config: String,
    /// Where units are looked for, the most important first.
    pub search: Vec<String>,
    /// `system-preset` or `user-preset`.
    pub presets: &'static str,
    /// systemd's version.
    pub version: u32,
    /// Overwrite links.
    pub force: bool,
}

impl Scope {
    /// The system's; Debian's build says `/lib`.
    pub fn system(version: u32, debian: bool, runtime: bool) -> Self {
        let vendor: &[&str] = if debian { &["/lib", "/usr/lib"] } else { &["/usr/lib"] };
        let own = ["/etc/systemd/system.control", "/etc/systemd/system", "/etc/systemd/system.attached"];
        let own = own.into_iter().chain(["/run/systemd/system", "/usr/local/lib/systemd/system"]).map(str::to_owned);
        let config = if runtime { "/run/systemd/system" } else { "/etc/systemd/system" };
        Self {
            config: config.to_owned(),
            search: own.chain(vendor.iter().map(|v| format!("{v}/systemd/system"))).collect(),
            presets: "systemd/system-preset",
            version,
            force: false,
        }
    }

    /// Every user's, or root's own.
    pub fn user(version: u32, global: bool, runtime: bool) -> Self {
        let config = match (global, runtime) {
            (_, true) => "/run/systemd/user",
            (true, false) => "/etc/systemd/user",
            (false, false) => "/root/.config/systemd/user",
        };
        let shared = [
            "/etc/systemd/user",
            "/run/systemd/user",
            "/usr/local/lib/systemd/user",
            "/usr/local/share/systemd/user",
            "/usr/lib/systemd/user",
            "/usr/share/systemd/user",
        ];
        let own = (!global).then_some("/root/.config/systemd/user");
        Self {
            config: config.to_owned(),
            search: own.into_iter().chain(shared).map(str::to_owned).collect(),
            presets: "systemd/user-preset",
            version,
            force: false,
        }
    }
}

/// The parts of a unit's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `foo.service`
    Plain,
    /// `foo@.service`
    Template,
    /// `foo@x.service`
    Instance,
}

const TYPES: [&str; 11] =
    ["service", "socket", "target", "device", "mount", "automount", "swap", "timer", "path", "slice", "scope"];

/// What kind of name it is; none if it is no unit's.
pub(super) fn form(name: &str) -> Option<Form> {
    let (stem, kind) = name.rsplit_once('.')?;
    let sound = |c: char| c.is_ascii_alphanumeric() || ":-_.\\@".contains(c);
    if name.len() > 255 || stem.is_empty() || !TYPES.contains(&kind) || !name.chars().all(sound) {
        return None;
    }
    match stem.find('@') {
        None => Some(Form::Plain),
        Some(0) => None,
        Some(at) if at + 1 == stem.len() => Some(Form::Template),
        Some(_) => Some(Form::Instance),
    }
}

/// What is after the last dot.
pub(super) fn suffix(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}

/// `foo@x.service` of `foo@.service`.
pub(super) fn with_instance(name: &str, instance: &str) -> String {
    match (name.find('@'), name.rsplit_once('.')) {
        (Some(at), Some((_, kind))) => format!("{}{instance}.{kind}", &name[..=at]),
        _ => name.to_owned(),
    }
}

/// `x` of `foo@x.service`.
pub(super) fn instance(name: &str) -> Option<&str> {
    let (stem, _) = name.rsplit_once('.')?;
    stem.split_once('@').map(|(_, instance)| instance).filter(|i| !i.is_empty())
}

/// `foo@.service` of `foo@x.service`; none for others.
pub(super) fn template(name: &str) -> Option<String> {
    instance(name).map(|_| with_instance(name, ""))
}

/// A name as people type it: without a type it is a service.
pub(super) fn mangle(name: &str, kind: &str) -> String {
    if form(name).is_some() || name.contains('/') { name.to_owned() } else { format!("{name}.{kind}") }
}

/// Why a unit cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    /// There is none.
    Missing,
    /// It is linked to `/dev/null`, or empty.
    Masked,
    /// It is a link to nothing.
    Dangling,
    /// That is no name of a unit.
    Invalid,
}

/// A unit that is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Unit {
    /// Its own name, whatever it was asked for by.
    pub name: String,
    /// Where its file is.
    pub path: String,
    pub aliases: Vec<String>,
    pub wanted_by: Vec<String>,
    pub required_by: Vec<String>,
    pub upheld_by: Vec<String>,
    pub also: Vec<String>,
    pub default_instance: Option<String>,
}

/// Links followed from one name to another.
const LINKS: usize = 64;

/// Finds a unit by a name or an absolute path, follows links to its own name, and reads it.
pub(super) fn find(process: &mut Process<'_, '_>, scope: &Scope, asked: &str) -> Result<Unit, Absent> {
    let (mut name, mut path) = match asked.rsplit_once('/') {
        Some((_, base)) => (base.to_owned(), Some(asked.to_owned())),
        None => (asked.to_owned(), None),
    };
    let mut followed = false;
    for _ in 0..LINKS {
        form(&name).ok_or(Absent::Invalid)?;
        let at = match path.take() {
            Some(path) => Some(path),
            None => place(process, scope, &name),
        };
        let Some(at) = at else { return Err(if followed { Absent::Dangling } else { Absent::Missing }) };
        match process.lstat(at.as_bytes()).map(|s| (s.kind, s.size)) {
            Ok((Kind::Symlink(target), _)) => {
                let target = absolute(&at, &String::from_utf8_lossy(&target));
                if is_null(process, &target) {
                    return Err(Absent::Masked);
                }
                followed = true;
                let base = target.rsplit('/').next().unwrap_or_default().to_owned();
                let same = base == name || template(&name).is_some_and(|t| t == base);
                // A link that leaves the directories of units is this unit's file under another name.
                if same || !scope.search.iter().any(|dir| target.starts_with(&format!("{dir}/"))) {
                    path = Some(target);
                } else {
                    name = match (instance(&name), form(&base)) {
                        (Some(instance), Some(Form::Template)) => with_instance(&base, instance),
                        _ => base,
                    };
                }
            }
            Ok((Kind::File { .. }, 0)) => return Err(Absent::Masked),
            Ok((Kind::File { .. }, _)) => return Ok(load(process, scope, name, at)),
            Ok(_) => return Err(if is_null(process, &at) { Absent::Masked } else { Absent::Invalid }),
            Err(_) => return Err(if followed { Absent::Dangling } else { Absent::Missing }),
        }
    }
    Err(Absent::Invalid)
}

/// Where a unit, or its template, is.
fn place(process: &Process<'_, '_>, scope: &Scope, name: &str) -> Option<String> {
    let there = |name: &str| {
        let paths = scope.search.iter().map(|dir| format!("{dir}/{name}"));
        paths.into_iter().find(|p| process.lstat(p.as_bytes()).is_ok())
    };
    there(name).or_else(|| there(&template(name)?))
}

/// Whether a file is `/dev/null`, a link there, or empty.
pub(super) fn is_null(process: &Process<'_, '_>, path: &str) -> bool {
    // An image need not have the device for a link to it to mean this.
    let target = process.readlink(path.as_bytes()).map(|t| absolute(path, &String::from_utf8_lossy(&t)));
    let empty = |s: Stat| (s.is_file() && s.size == 0) || matches!(s.kind, Kind::Special(_));
    path == "/dev/null" || target.is_ok_and(|t| t == "/dev/null") || process.stat(path.as_bytes()).is_ok_and(empty)
}

/// A link's target as a path of its own.
pub(super) fn absolute(link: &str, target: &str) -> String {
    let joined = match target.strip_prefix('/') {
        Some(_) => target.to_owned(),
        None => format!("{}/{target}", link.rsplit_once('/').map_or("", |(dir, _)| dir)),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

fn load(process: &mut Process<'_, '_>, scope: &Scope, name: String, path: String) -> Unit {
    let mut unit = Unit { name, path, ..Unit::default() };
    let mut files = vec![unit.path.clone()];
    let mut drops = std::collections::BTreeMap::new();
    for name in [Some(unit.name.clone()), template(&unit.name)].into_iter().flatten() {
        for dir in &scope.search {
            let dir = format!("{dir}/{name}.d");
            for file in process.read_dir(dir.as_bytes()).unwrap_or_default() {
                let file = String::from_utf8_lossy(&file).into_owned();
                if file.ends_with(".conf") {
                    let path = format!("{dir}/{file}");
                    drops.entry(file).or_insert(path);
                }
            }
        }
    }
    files.extend(drops.into_values());
    for file in files {
        let text = process.read_file(file.as_bytes()).unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        for (key, value) in install_lines(&text) {
            unit.set(&key, &value);
        }
    }
    unit.expand(process);
    unit
}

/// The assignments of `[Install]`; a backslash at the end of a line goes on with the next.
fn install_lines(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut inside = false;
    let mut held = String::new();
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(part) = line.strip_suffix('\\') {
            held.push_str(part);
            held.push(' ');
            continue;
        }
        let line = std::mem::take(&mut held) + line;
        if line.starts_with('[') {
            inside = line == "[Install]";
        } else if let Some((key, value)) = line.split_once('=').filter(|_| inside) {
            found.push((key.trim().to_owned(), value.trim().to_owned()));
        }
    }
    found
}

impl Unit {
    fn set(&mut self, key: &str, value: &str) {
        let list = match key {
            "Alias" => &mut self.aliases,
            "WantedBy" => &mut self.wanted_by,
            "RequiredBy" => &mut self.required_by,
            "UpheldBy" => &mut self.upheld_by,
            "Also" => &mut self.also,
            "DefaultInstance" => {
                self.default_instance = Some(value.to_owned()).filter(|v| !v.is_empty());
                return;
            }
            _ => return,
        };
        if value.is_empty() && key != "Also" {
            list.clear();
        }
        list.extend(words::all(value).unwrap_or_default());
    }

    /// Replaces `%i` and its kin in names.
    fn expand(&mut self, process: &mut Process<'_, '_>) {
        if form(&self.name) != Some(Form::Template) {
            self.default_instance = None;
        }
        let own = Self { name: self.name.clone(), default_instance: self.default_instance.clone(), ..Self::default() };
        let lists =
            [&mut self.aliases, &mut self.wanted_by, &mut self.required_by, &mut self.upheld_by, &mut self.also];
        for name in lists.into_iter().flatten().filter(|n| n.contains('%')) {
            let replaced = own.replace_own(name);
            *name = expand(process, &replaced, true).unwrap_or(replaced);
        }
    }

    fn replace_own(&self, text: &str) -> String {
        let stem = self.name.rsplit_once('.').map_or(self.name.as_str(), |(stem, _)| stem);
        let prefix = stem.split('@').next().unwrap_or_default();
        let instance = instance(&self.name).or(self.default_instance.as_deref()).unwrap_or_default();
        let mut out = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match (c, if c == '%' { chars.next() } else { None }) {
                ('%', Some('i')) => out.push_str(instance),
                ('%', Some('n')) => out.push_str(&self.name),
                ('%', Some('N')) => out.push_str(stem),
                ('%', Some('p')) => out.push_str(prefix),
                ('%', Some('j')) => out.push_str(prefix.rsplit('-').next().unwrap_or_default()),
                ('%', Some(other)) => out.extend(['%', other]),
                (c, _) => out.push(c),
            }
        }
        out
    }

    /// Whether it says anything about installation.
    pub fn has_rules(&self) -> bool {
        !(self.aliases.is_empty()
            && self.wanted_by.is_empty()
            && self.required_by.is_empty()
            && self.upheld_by.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_units() {
        for (name, wanted) in [
            ("a.service", Some(Form::Plain)),
            ("a@.service", Some(Form::Template)),
            ("a@b.c.socket", Some(Form::Instance)),
            ("@.service", None),
            ("a.conf", None),
            ("a b.service", None),
            (".service", None),
        ] {
            assert_eq!(form(name), wanted, "{name}");
        }
        assert_eq!(with_instance("getty@.service", "tty1"), "getty@tty1.service");
        assert_eq!(template("getty@tty1.service").as_deref(), Some("getty@.service"));
        assert_eq!(mangle("sshd", "service"), "sshd.service");
        assert_eq!(absolute("/etc/a/b", "../c"), "/etc/c");
    }

    #[test]
    fn install_sections() {
        let text = "[Unit]\nWantedBy=no\n[Install]\n# c\nWantedBy=a.target \\\n  b.target\nAlias=\"x.service\"\n[Service]\nAlias=y\n";
        let wanted = [
            ("WantedBy".to_owned(), "a.target  b.target".to_owned()),
            ("Alias".to_owned(), "\"x.service\"".to_owned()),
        ];
        assert_eq!(install_lines(text), wanted);
    }
}
