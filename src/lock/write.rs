//! The one text of a lock. Written by hand: a general serialiser chooses its own line breaks, and those are the format.

use std::fmt::{Display, Write as _};

use crate::terms::{Digest, stripped};

use super::{ArchLock, Lock, LockedBase, LockedInput, LockedPackage, LockedRepository, LockedStream, Version};

const HEADER: &str =
    "# What `drydock lock` resolved. Commit this file; change the recipe and run `drydock lock` rather than edit it.\n";

impl Lock {
    /// The lock's text: sorted, without credentials, the same for equal values.
    pub fn render(&self) -> String {
        let lock = self.canonical();
        let body = lock.body();
        let integrity = lock.integrity();
        format!("{HEADER}{}integrity = {}\n{body}", lock.head(), quoted(integrity))
    }

    /// The digest that the `integrity` line states: over the text without comment and without that line.
    pub(super) fn integrity(&self) -> Digest {
        Digest::of(format!("{}{}", self.head(), self.body()).as_bytes())
    }

    /// The same lock in the order and spelling in which it is written: packages, removals and inputs sorted, URLs
    /// without credentials.
    pub fn canonical(&self) -> Self {
        let mut lock = self.clone();
        lock.inputs.sort();
        for arch in lock.arches.values_mut() {
            arch.packages.sort_by(|a, b| a.nevra.cmp(&b.nevra));
            arch.removed.sort();
            arch.modules.sort();
            for package in &mut arch.packages {
                package.replaces.sort();
                if package.location.contains("://") {
                    package.location = stripped(&package.location);
                }
            }
            for repository in &mut arch.repositories {
                repository.baseurl = stripped(&repository.baseurl);
                for list in [&mut repository.mirrorlist, &mut repository.metalink].into_iter().flatten() {
                    *list = stripped(list);
                }
                repository.keys.sort();
            }
        }
        lock
    }

    fn head(&self) -> String {
        format!(
            "version = {}\nepoch = {}\ncompression = {}\n",
            u64::from(self.arches.values().map(ArchLock::version).max().unwrap_or(Version::V1)),
            self.epoch.seconds(),
            quoted(self.compression)
        )
    }

    fn body(&self) -> String {
        let mut out = String::new();
        if !self.inputs.is_empty() {
            list(&mut out, "inputs", self.inputs.iter().map(input));
        }
        for (arch, lock) in &self.arches {
            let _ = write!(out, "\n[arch.{arch}]\n");
            section(&mut out, lock);
        }
        out
    }
}

fn section(out: &mut String, lock: &ArchLock) {
    let _ = writeln!(out, "recipe = {}", quoted(lock.recipe));
    if let Some(b) = &lock.base {
        let _ = writeln!(out, "base = {}", base(b));
    }
    let _ = writeln!(out, "count = {}", lock.packages.len());
    let _ = writeln!(out, "layers = {}", inline(lock.layers.iter()));
    list(out, "request", lock.request.iter().map(quoted));
    list(out, "missing", lock.missing.iter().map(quoted));
    list(out, "removed", lock.removed.iter().map(quoted));
    if !lock.modules.is_empty() {
        list(out, "modules", lock.modules.iter().map(module));
    }
    if !lock.unavailable.is_empty() {
        list(out, "unavailable", lock.unavailable.iter().map(quoted));
    }
    list(out, "repositories", lock.repositories.iter().map(repository));
    list(out, "packages", lock.packages.iter().map(package));
}

fn input(i: &LockedInput) -> String {
    format!("{{ path = {}, digest = {} }}", quoted(&i.path), quoted(i.digest))
}

fn base(b: &LockedBase) -> String {
    format!(
        "{{ repository = {}, reference = {}, manifest = {}, media_type = {} }}",
        quoted(&b.repository),
        quoted(b.reference),
        quoted(b.manifest),
        quoted(&b.media_type)
    )
}

fn repository(r: &LockedRepository) -> String {
    let address = [("metalink", r.metalink.as_deref()), ("mirrorlist", r.mirrorlist.as_deref())];
    let baseurl = Some(r.baseurl.as_str()).filter(|url| !url.is_empty() || address.iter().all(|(_, a)| a.is_none()));
    let address: String = [("baseurl", baseurl)]
        .into_iter()
        .chain(address)
        .filter_map(|(key, url)| Some(format!(", {key} = {}", quoted(url?))))
        .collect();
    let priority = r.priority.map(|p| format!(", priority = {p}")).unwrap_or_default();
    format!(
        "{{ id = {}{address}, repomd = {}{priority}, keys = {} }}",
        quoted(&r.id),
        quoted(&r.repomd),
        inline(r.keys.iter())
    )
}

fn module(m: &LockedStream) -> String {
    let profiles = match m.profiles.is_empty() {
        true => String::new(),
        false => format!(", profiles = {}", inline(m.profiles.iter())),
    };
    format!(
        "{{ name = {}, stream = {}, version = {}, context = {}, arch = {}{profiles} }}",
        quoted(&m.name),
        quoted(&m.stream),
        m.version,
        quoted(&m.context),
        quoted(&m.arch)
    )
}

fn package(p: &LockedPackage) -> String {
    let action = match p.action {
        super::Action::Install => "install",
        super::Action::Upgrade => "upgrade",
    };
    let replaces = match p.replaces.is_empty() {
        true => String::new(),
        false => format!(", replaces = {}", inline(p.replaces.iter())),
    };
    let key = p.key.as_ref().map(|k| format!(", key = {}", quoted(k))).unwrap_or_default();
    format!(
        "{{ nevra = {}, action = \"{action}\"{replaces}, repo = {}, location = {}, size = {}, checksum = {}, layer = {}{key} }}",
        quoted(&p.nevra),
        quoted(&p.repo),
        quoted(&p.location),
        p.size,
        quoted(&p.checksum),
        quoted(&p.layer)
    )
}

/// An array with one line per element; empty ones stay on their line.
fn list(out: &mut String, key: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        let _ = writeln!(out, "{key} = []");
        return;
    }
    let _ = writeln!(out, "{key} = [");
    for line in lines {
        let _ = writeln!(out, "  {line},");
    }
    out.push_str("]\n");
}

fn inline<T: Display>(values: impl Iterator<Item = T>) -> String {
    format!("[{}]", values.map(quoted).collect::<Vec<_>>().join(", "))
}

/// A TOML basic string (TOML 1.0, "String").
fn quoted(value: impl Display) -> String {
    let value = value.to_string();
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
