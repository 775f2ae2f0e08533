//! What `tests/conformance/solve_cases.py` compares with dnf: one request a line on stdin, one answer a line on stdout.
//!
//! ```text
//! {"directory", "repos": [{"id", "priority", "cost", "excludes", "includes"}], "excludes", "specs", "best", "weak", "protected"}
//! {"lines": ["install|upgrade|downgrade|reinstall NEVRA REPO" | "gone NEVRA" | "unsatisfiable"], "violations", "message"}
//! ```
//! With "modular": {"platform", "enable", "states": {NAME: TEXT}}, DIRECTORY/ID/repodata may have `modules.yaml` and `comps.xml`, specs
//! may be `@…`, and the answer's lines have `stream NAME:STREAM:CONTEXT` for what is active and `enabled NAME:STREAM`.
//! DIRECTORY has one rpm-md repository per id, and one, `installed`, of what is installed. Catalogs are kept from line to line.
#![allow(clippy::print_stdout, reason = "its output is what the scripts compare")]

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    error::Error,
    fs::File,
    io::{BufRead, BufReader, stdin},
    sync::Arc,
};

use drydock::{
    formats::repodata::{Catalog, Comps, Modules, owners_of, read_primary},
    solve::{
        self, Installed, Request, Solution, Source, groups, solve,
        streams::{Choice, RepoModules, Standing, State, StreamError, Wanted, choose},
        violations,
    },
    terms::{Arch, chain},
};
use serde::{Deserialize, Serialize};

/// Bytes of a document.
const LIMIT: u64 = 4 << 30;

#[derive(Deserialize)]
struct Question {
    directory: String,
    repos: Vec<Repo>,
    excludes: Vec<String>,
    specs: Vec<String>,
    best: bool,
    weak: bool,
    protected: Vec<String>,
    modular: Option<Modular>,
    /// Answer only, without proof; for measurements.
    #[serde(default)]
    unproved: bool,
}

#[derive(Deserialize)]
struct Modular {
    platform: String,
    enable: Vec<String>,
    states: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Repo {
    id: String,
    priority: i32,
    cost: u32,
    excludes: Vec<String>,
    includes: Vec<String>,
    #[serde(default)]
    hotfixes: bool,
}

#[derive(Serialize)]
struct Answer {
    lines: Vec<String>,
    violations: Vec<String>,
    message: String,
    milliseconds: u128,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut catalogs = HashMap::new();
    for line in stdin().lock().lines() {
        let question: Question = serde_json::from_str(&line?)?;
        println!("{}", serde_json::to_string(&answer(&question, &mut catalogs)?)?);
    }
    Ok(())
}

fn catalog(
    directory: &str,
    id: &str,
    known: &mut HashMap<String, (u64, Arc<Catalog>)>,
) -> Result<Arc<Catalog>, Box<dyn Error>> {
    use std::os::unix::fs::MetadataExt;
    let path = format!("{directory}/{id}/repodata/primary.xml");
    let inode = File::open(&path)?.metadata()?;
    let stamp = inode.ino() ^ (inode.mtime_nsec() as u64) << 20 ^ (inode.mtime() as u64) << 40;
    if let Some((_, catalog)) = known.get(&path).filter(|(s, _)| *s == stamp) {
        return Ok(catalog.clone());
    }
    let mut builder = Catalog::builder();
    read_primary(BufReader::new(File::open(&path)?), LIMIT, &mut builder)?;
    let catalog = Arc::new(builder.finish());
    known.insert(path, (stamp, catalog.clone()));
    Ok(catalog)
}

fn answer(q: &Question, catalogs: &mut HashMap<String, (u64, Arc<Catalog>)>) -> Result<Answer, Box<dyn Error>> {
    let mut request = Request::new(Arch::X86_64);
    let installed = catalog(&q.directory, "installed", catalogs)?;
    request.installed = (!installed.is_empty()).then(|| Installed::from_rpmdb(installed));
    for repo in &q.repos {
        request.sources.push(Source {
            priority: repo.priority,
            cost: repo.cost,
            excludes: repo.excludes.clone(),
            includes: repo.includes.clone(),
            hotfixes: repo.hotfixes,
            ..Source::new(repo.id.clone(), catalog(&q.directory, &repo.id, catalogs)?)
        });
    }
    request.excludes.clone_from(&q.excludes);
    request.specs.clone_from(&q.specs);
    request.protected.clone_from(&q.protected);
    (request.best, request.weak) = (q.best, q.weak);
    let choice = match &q.modular {
        None => None,
        Some(modular) => match modules(q, modular, &mut request)? {
            Ok(choice) => Some(choice),
            Err(error) => {
                let message = chain(&error).join(": ");
                let lines = vec!["unsatisfiable".to_owned()];
                return Ok(Answer { lines, violations: Vec::new(), message, milliseconds: 0 });
            }
        },
    };
    let start = std::time::Instant::now();
    let mut outcome = solve(&request);
    for _ in 0..4 {
        let Err(solve::Error::NeedsFileLists { paths }) = &outcome else { break };
        let paths: BTreeSet<String> = paths.clone();
        for source in &mut request.sources {
            let lists = File::open(format!("{}/{}/repodata/filelists.xml", q.directory, source.id))?;
            source.answer(&paths, &owners_of(BufReader::new(lists), LIMIT, &paths)?);
        }
        outcome = solve(&request);
    }
    let milliseconds = start.elapsed().as_millis();
    Ok(match outcome {
        Ok(solution) => {
            let proof = if q.unproved { Vec::new() } else { violations(&request, &solution) };
            let violations = proof.iter().map(ToString::to_string).collect();
            let mut lines = lines(&solution);
            if let Some(mut choice) = choice {
                choice.installed(&solution);
                let enabled = choice.states.iter().filter(|(_, s)| s.standing == Standing::Enabled);
                lines.extend(enabled.map(|(name, s)| format!("enabled {name}:{} {}", s.stream, s.profiles.join(","))));
                lines.sort();
            }
            Answer { lines, violations, message: String::new(), milliseconds }
        }
        Err(error) => {
            let message = chain(&error).join(": ");
            Answer { lines: vec!["unsatisfiable".to_owned()], violations: Vec::new(), message, milliseconds }
        }
    })
}

/// Modules and groups, as the program takes them.
fn modules(
    q: &Question,
    modular: &Modular,
    request: &mut Request,
) -> Result<Result<Choice, StreamError>, Box<dyn Error>> {
    let (mut modules, mut comps) = (Vec::new(), Vec::new());
    for repo in &q.repos {
        let file = |name: &str| File::open(format!("{}/{}/repodata/{name}", q.directory, repo.id)).ok();
        modules.push((repo.id.as_str(), file("modules.yaml").map_or(Ok(Modules::default()), Modules::read)?));
        comps.extend(file("comps.xml").map(|f| Comps::read(BufReader::new(f))).transpose()?);
    }
    let words: Vec<String> = q.specs.iter().filter_map(|s| s.strip_prefix('@')).map(str::to_owned).collect();
    request.specs.retain(|s| !s.starts_with('@'));
    let wanted = Wanted {
        arch: Arch::X86_64,
        platform: modular.platform.split_once(':').map(|(a, b)| (a.to_owned(), b.to_owned())),
        repos: modules.iter().map(|(repo, modules)| RepoModules { repo, modules }).collect(),
        defaults: Vec::new(),
        states: modular.states.iter().map(|(name, text)| (name.clone(), State::parse(name, text))).collect(),
        enable: modular.enable.clone(),
        install: words,
    };
    let choice = match choose(&wanted) {
        Ok(choice) => choice,
        Err(error) => return Ok(Err(error)),
    };
    request.masks = choice.masks.clone();
    request.members.clone_from(&choice.members);
    let comps: Vec<&Comps> = comps.iter().collect();
    for word in &choice.no_modules {
        match groups::members(word, &comps) {
            Some(members) => request.members.extend(members),
            None => request.specs.push(format!("@{word}")),
        }
    }
    Ok(Ok(choice))
}

fn lines(solution: &Solution) -> Vec<String> {
    let mut out = BTreeSet::new();
    for c in &solution.changes {
        match &c.source {
            Some(source) => {
                let action = format!("{:?}", c.action).to_lowercase();
                out.insert(format!("{action} {} {source}", c.nevra));
            }
            None => {
                out.insert(format!("gone {}", c.nevra));
            }
        }
        out.extend(c.replaces.iter().map(|n| format!("gone {n}")));
    }
    out.into_iter().collect()
}
