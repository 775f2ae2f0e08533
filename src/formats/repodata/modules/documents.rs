//! One document of `modules.yaml`.

use std::collections::BTreeMap;

use super::{super::yaml::Yaml, ModuleDefaults, ModuleObsoletes, ModuleStream, Modules};

impl Modules {
    /// Takes a document in; one that cannot be used is noted.
    pub(super) fn add(&mut self, document: &Yaml) {
        let kind = document.get("document").and_then(Yaml::text).unwrap_or_default();
        let version = document.get("version").and_then(Yaml::text).unwrap_or_default();
        let Some(data) = document.get("data") else {
            return self.skipped.push(format!("a document {kind:.40} without data"));
        };
        let outcome = match (kind, version) {
            ("modulemd", "1" | "2") => stream(data, version == "1").map(|s| self.streams.push(s)),
            ("modulemd-defaults", "1") => defaults(data).map(|d| self.defaults.push(d)),
            ("modulemd-obsoletes", "1") => obsoletes(data).map(|o| self.obsoletes.push(o)),
            // Translations and what packagers build from have no say.
            ("modulemd-translations" | "modulemd-packager" | "modulemd", _) => Ok(()),
            _ => Err("document of a kind or version that is not known"),
        };
        if let Err(why) = outcome {
            let name = data.get("name").or_else(|| data.get("module")).and_then(Yaml::text).unwrap_or("?");
            self.skipped.push(format!("{kind:.40} {version:.10} of {name:.100}: {why}"));
        }
    }
}

fn needed(data: &Yaml, key: &str, why: &'static str) -> Result<String, &'static str> {
    data.get(key).and_then(Yaml::text).filter(|t| !t.is_empty()).map(str::to_owned).ok_or(why)
}

fn optional(data: &Yaml, key: &str) -> Option<String> {
    data.get(key).and_then(Yaml::text).filter(|t| !matches!(*t, "" | "~" | "null")).map(str::to_owned)
}

fn stream(data: &Yaml, first: bool) -> Result<ModuleStream, &'static str> {
    let version = data.get("version").and_then(Yaml::text).unwrap_or("0");
    let profiles = data.get("profiles").map(Yaml::entries).unwrap_or_default();
    Ok(ModuleStream {
        name: needed(data, "name", "no name")?,
        stream: needed(data, "stream", "no stream")?,
        version: version.parse().map_err(|_| "a version that is no number")?,
        context: optional(data, "context").unwrap_or_default(),
        arch: optional(data, "arch").unwrap_or_default(),
        static_context: matches!(data.get("static_context").and_then(Yaml::text), Some("true" | "yes" | "on" | "True")),
        requires: if first { requires_of_first(data) } else { requires(data) },
        profiles: profiles.iter().map(|(name, p)| (name.clone(), texts(p.get("rpms")))).collect(),
        artifacts: texts(data.at(&["artifacts", "rpms"])),
        demodularized: texts(data.at(&["demodularized", "rpms"])),
    })
}

fn texts(value: Option<&Yaml>) -> Vec<String> {
    let mut out = value.map(Yaml::texts).unwrap_or_default();
    out.sort();
    out.dedup();
    out
}

/// A list of alternatives (in practice there is one).
fn requires(data: &Yaml) -> Vec<BTreeMap<String, Vec<String>>> {
    let Some(Yaml::List(alternatives)) = data.get("dependencies") else { return Vec::new() };
    let one = |d: &Yaml| {
        let entries = d.get("requires").map(Yaml::entries).unwrap_or_default();
        let streams = |v: &Yaml| match v {
            Yaml::Text(one) if !one.is_empty() => vec![one.clone()],
            list => texts(Some(list)),
        };
        entries.iter().map(|(module, s)| (module.clone(), streams(s))).collect()
    };
    alternatives.iter().map(one).collect()
}

/// The first version's: one stream per module.
fn requires_of_first(data: &Yaml) -> Vec<BTreeMap<String, Vec<String>>> {
    let entries = data.at(&["dependencies", "requires"]).map(Yaml::entries).unwrap_or_default();
    let streams = |v: &Yaml| v.text().map(str::to_owned).into_iter().collect();
    vec![entries.iter().map(|(module, s)| (module.clone(), streams(s))).collect()]
}

fn defaults(data: &Yaml) -> Result<ModuleDefaults, &'static str> {
    let profiles = data.get("profiles").map(Yaml::entries).unwrap_or_default();
    Ok(ModuleDefaults {
        module: needed(data, "module", "no module")?,
        modified: data.get("modified").and_then(Yaml::text).and_then(|m| m.parse().ok()).unwrap_or(0),
        stream: optional(data, "stream"),
        profiles: profiles.iter().map(|(stream, p)| (stream.clone(), texts(Some(p)))).collect(),
    })
}

fn obsoletes(data: &Yaml) -> Result<ModuleObsoletes, &'static str> {
    let by = data.get("obsoleted_by").and_then(|by| Some((optional(by, "module")?, optional(by, "stream")?)));
    Ok(ModuleObsoletes {
        module: needed(data, "module", "no module")?,
        stream: needed(data, "stream", "no stream")?,
        context: optional(data, "context"),
        modified: needed(data, "modified", "no time of change")?,
        eol: optional(data, "eol_date"),
        by,
        reset: optional(data, "reset").as_deref() == Some("true"),
    })
}
