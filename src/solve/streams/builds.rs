//! Builds of streams as packages.

use std::collections::BTreeMap;

use crate::{
    formats::repodata::{Catalog, ModuleStream, Modules, PackageRecord, Relation, Sense},
    terms::{Evr, Nevra},
};

/// A build of a stream, and what it is called among packages.
pub(super) struct Build<'a> {
    pub stream: &'a ModuleStream,
    /// `NAME:STREAM:CONTEXT`; where the context says nothing to people, what it requires stands for it.
    pub name: String,
}

impl Build<'_> {
    /// Its packages, sources left out.
    pub fn artifacts(&self) -> impl Iterator<Item = Nevra> + '_ {
        let parsed = self.stream.artifacts.iter().filter_map(|a| a.parse::<Nevra>().ok());
        parsed.filter(|n| !matches!(n.arch.as_str(), "src" | "nosrc"))
    }
}

/// Builds in libdnf's order: those with contexts of their own, then the others; each by repository, then by module.
pub(super) fn of<'a>(repos: impl Iterator<Item = &'a Modules>) -> Vec<Build<'a>> {
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for modules in repos {
        let mut streams: Vec<&ModuleStream> = modules.streams.iter().collect();
        streams.sort_by(|a, b| a.name.cmp(&b.name));
        for stream in streams {
            if stream.static_context { own.push(stream) } else { others.push(stream) }
        }
    }
    let mut contexts: BTreeMap<(String, String, String), String> = BTreeMap::new();
    let mut out = Vec::new();
    for stream in own {
        let key = (stream.name.clone(), stream.stream.clone(), requirements(stream));
        contexts.entry(key).or_insert_with(|| stream.context.clone());
        out.push(Build { stream, name: format!("{}:{}:{}", stream.name, stream.stream, stream.context) });
    }
    for stream in others {
        let requirements = requirements(stream);
        let key = (stream.name.clone(), stream.stream.clone(), requirements.clone());
        let context = match contexts.get(&key) {
            Some(context) => context.clone(),
            None if requirements.is_empty() => "NoRequires".to_owned(),
            None => requirements,
        };
        out.push(Build { stream, name: format!("{}:{}:{context}", stream.name, stream.stream) });
    }
    out
}

/// All requirements but the platform, as one text.
fn requirements(stream: &ModuleStream) -> String {
    let all = stream.requires.iter().flatten().filter(|(module, _)| *module != "platform");
    let mut texts: Vec<String> = all
        .map(|(module, streams)| match streams.is_empty() {
            true => module.clone(),
            false => format!("{module}:[{}]", streams.join(",")),
        })
        .collect();
    texts.sort();
    texts.join(";")
}

fn provides(name: &str, stream: &str) -> Vec<(Relation, String, Sense, Evr, bool)> {
    let dep = |relation, name| (relation, name, Sense::ANY, Evr::default(), false);
    vec![
        dep(Relation::Provides, format!("module({name})")),
        dep(Relation::Provides, format!("module({name}:{stream})")),
        dep(Relation::Conflicts, format!("module({name})")),
    ]
}

/// The builds as a catalog. Numbers are theirs as far as `is_in` lets them in.
pub(super) fn catalog(builds: &[Build<'_>], is_in: impl Fn(&Build<'_>) -> bool) -> Catalog {
    let mut catalog = Catalog::builder();
    for build in builds.iter().filter(|b| is_in(b)) {
        let s = build.stream;
        let mut deps = provides(&s.name, &s.stream);
        let mut add = |relation, name| deps.push((relation, name, Sense::ANY, Evr::default(), false));
        for (module, streams) in s.requires.iter().flatten() {
            // A hyphen anywhere means "not that one", and takes the first letter with it: so says libdnf.
            let (not, any): (Vec<&String>, Vec<&String>) = streams.iter().partition(|s| s.contains('-'));
            for stream in not {
                let rest: String = stream.chars().skip(1).collect();
                add(Relation::Conflicts, format!("module({module}:{rest})"));
            }
            let any: Vec<String> = any.into_iter().map(|stream| format!("module({module}:{stream})")).collect();
            match &any[..] {
                [] => add(Relation::Requires, format!("module({module})")),
                [one] => add(Relation::Requires, one.clone()),
                more => add(Relation::Requires, format!("({})", more.join(" or "))),
            }
        }
        let arch = if s.arch.is_empty() { "noarch" } else { &s.arch };
        let evr = Evr { version: s.version.to_string(), ..Evr::default() };
        let record =
            PackageRecord { name: build.name.clone(), evr, arch: arch.to_owned(), deps, ..PackageRecord::default() };
        // Only a catalog of gigabytes can be too large, and modules.yaml may have far less.
        if catalog.push(&record).is_err() {
            break;
        }
    }
    catalog.finish()
}

/// The platform: a stream that is there.
pub(super) fn platform((name, stream): &(String, String)) -> Catalog {
    let mut catalog = Catalog::builder();
    let record = PackageRecord {
        name: format!("{name}:{stream}:00000000"),
        evr: Evr { version: "0".to_owned(), ..Evr::default() },
        arch: "noarch".to_owned(),
        deps: provides(name, stream),
        ..PackageRecord::default()
    };
    catalog.push(&record).expect("one package fits");
    catalog.finish()
}
