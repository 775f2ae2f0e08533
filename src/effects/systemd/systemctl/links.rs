//! Enabling, disabling and masking: links in the configuration's directory.

use std::collections::BTreeSet;

use super::unit::{
    Absent, Form, Scope, Unit, absolute, find, form, instance, is_null, suffix, template, with_instance,
};
use crate::{
    effects::process::{Errno, Process},
    rootfs::Kind,
};

/// Why a unit cannot be installed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    /// It cannot be had.
    #[error("unit {name} {}", match .why { Absent::Missing | Absent::Invalid => "does not exist.", Absent::Masked => "is masked.", Absent::Dangling => "is an alias to a unit that is not present." })]
    Absent {
        /// Which.
        name: String,
        /// Why.
        why: Absent,
    },
    /// There is something else.
    #[error("file \"{path}\" already exists.")]
    Exists {
        /// Where.
        path: String,
    },
    /// An alias, or a unit that wants it, whose name does not fit.
    #[error("\"{name}\" is not a valid unit name for that.")]
    Name {
        /// Which.
        name: String,
    },
    /// The tree refuses.
    #[error("{path}: {why}")]
    File {
        /// Where.
        path: String,
        /// Why.
        why: Errno,
    },
}

fn say(process: &mut Process<'_, '_>, text: &str) {
    let _ = process.handle(2).write(process.stage, text.as_bytes());
}

/// Makes a link, and what is missing above it. One that leads there already stays.
fn link(process: &mut Process<'_, '_>, target: &str, path: &str, force: bool) -> Result<(), Refused> {
    let failed = |why| Refused::File { path: path.to_owned(), why };
    for at in (1..path.len()).filter(|&n| path.as_bytes()[n] == b'/') {
        match process.mkdir(&path.as_bytes()[..at], 0o755) {
            Ok(()) | Err(Errno::Exists) => {}
            Err(why) => return Err(failed(why)),
        }
    }
    if let Ok(stat) = process.lstat(path.as_bytes()) {
        let Kind::Symlink(there) = stat.kind else { return Err(Refused::Exists { path: path.to_owned() }) };
        if absolute(path, &String::from_utf8_lossy(&there)) == absolute(path, target) {
            return Ok(());
        }
        if !force {
            return Err(Refused::Exists { path: path.to_owned() });
        }
        process.unlink(path.as_bytes()).map_err(failed)?;
    }
    process.symlink(target.as_bytes(), path.as_bytes()).map_err(failed)?;
    say(process, &format!("Created symlink {path} → {target}.\n"));
    Ok(())
}

/// Enables units, with those they name in `Also=`. `lenient` is for presets: a template that nobody gave an instance is let be.
pub(super) fn enable(
    process: &mut Process<'_, '_>,
    scope: &Scope,
    names: &[String],
    lenient: bool,
) -> Result<bool, Refused> {
    let mut queue = Vec::new();
    for name in names {
        let unit = find(process, scope, name).map_err(|why| Refused::Absent { name: name.clone(), why })?;
        queue.push(unit);
    }
    let mut known: BTreeSet<String> = queue.iter().map(|u| u.name.clone()).collect();
    let mut result = Ok(());
    let mut rules = false;
    let mut at = 0;
    while at < queue.len() && process.stage.budget.step() {
        let unit = queue[at].clone();
        at += 1;
        rules |= unit.has_rules() || !unit.also.is_empty();
        for also in &unit.also {
            if !known.insert(also.clone()) {
                continue;
            }
            match find(process, scope, also) {
                Ok(unit) => {
                    known.insert(unit.name.clone());
                    queue.push(unit);
                }
                Err(_) => say(process, &format!("Failed to enable auxiliary unit {also}, ignoring.\n")),
            }
        }
        let done = apply(process, scope, &unit, lenient);
        result = result.and(done);
    }
    result.map(|()| rules)
}

fn apply(process: &mut Process<'_, '_>, scope: &Scope, unit: &Unit, lenient: bool) -> Result<(), Refused> {
    let dir = unit.path.rsplit_once('/').map_or("", |(dir, _)| dir);
    if !scope.search.iter().any(|s| s == dir) {
        link(process, &unit.path, &format!("{}/{}", scope.config, unit.name), scope.force)?;
    }
    // As in systemctl, the first of the three that did or refused something has the word.
    let mut verdict = make_aliases(process, scope, unit);
    let mut lists = vec![(&unit.wanted_by, "wants"), (&unit.required_by, "requires")];
    if scope.version >= 254 {
        lists.push((&unit.upheld_by, "upholds"));
    }
    for (list, kind) in lists {
        let done = depend(process, scope, unit, list, kind, lenient);
        verdict = match verdict {
            Some(there) => Some(there),
            None if list.is_empty() => None,
            None => Some(done),
        };
    }
    verdict.unwrap_or(Ok(()))
}

/// Makes the names a unit has besides its own; none if there are none.
fn make_aliases(process: &mut Process<'_, '_>, scope: &Scope, unit: &Unit) -> Option<Result<(), Refused>> {
    let mut verdict = None;
    for alias in &unit.aliases {
        let alias = match (instance(&unit.name), form(alias)) {
            (Some(instance), Some(Form::Template)) => with_instance(alias, instance),
            _ => alias.clone(),
        };
        if alias == unit.name {
            continue;
        }
        let plain = |name: &str| form(name) == Some(Form::Plain);
        let fits = suffix(&alias) == suffix(&unit.name) && plain(&alias) == plain(&unit.name);
        let done = match fits || alias.contains('/') {
            true => link(process, &unit.path, &format!("{}/{alias}", scope.config), scope.force),
            false => Err(Refused::Name { name: alias }),
        };
        verdict = Some(match verdict {
            Some(Err(error)) => Err(error),
            _ => done,
        });
    }
    verdict
}

fn depend(
    process: &mut Process<'_, '_>,
    scope: &Scope,
    unit: &Unit,
    list: &[String],
    kind: &str,
    lenient: bool,
) -> Result<(), Refused> {
    let is_template = form(&unit.name) == Some(Form::Template);
    let name = match &unit.default_instance {
        Some(instance) if is_template => with_instance(&unit.name, instance),
        _ => unit.name.clone(),
    };
    let mut result = Ok(());
    for target in list {
        let fits = match form(target) {
            None => false,
            // A template without an instance gets that of whoever wants it.
            Some(form) => !is_template || unit.default_instance.is_some() || form != Form::Plain,
        };
        let done = match fits {
            true => link(process, &unit.path, &format!("{}/{target}.{kind}/{name}", scope.config), true),
            false if lenient => Ok(()),
            false => Err(Refused::Name { name: target.clone() }),
        };
        result = result.and(done);
    }
    result
}

/// Makes units wanted or required by a target, whatever they say themselves.
pub(super) fn add_dependency(
    process: &mut Process<'_, '_>,
    scope: &Scope,
    target: &str,
    names: &[String],
    kind: &str,
) -> Result<(), Refused> {
    let absent = |name: &str, why| Refused::Absent { name: name.to_owned(), why };
    let target = find(process, scope, target).map_err(|why| absent(target, why))?.name;
    let mut units = Vec::new();
    for name in names {
        units.push(find(process, scope, name).map_err(|why| absent(name, why))?);
    }
    for unit in units {
        link(process, &unit.path, &format!("{}/{target}.{kind}/{}", scope.config, unit.name), true)?;
    }
    Ok(())
}

/// Takes away every link to units, and to those they name in `Also=`. True where a name led to nothing.
pub(super) fn disable(process: &mut Process<'_, '_>, scope: &Scope, names: &[String]) -> bool {
    let mut queue: Vec<String> = names.to_vec();
    let mut marked = BTreeSet::new();
    let mut dangling = false;
    let mut at = 0;
    while at < queue.len() && process.stage.budget.step() {
        let name = queue[at].clone();
        at += 1;
        match find(process, scope, &name) {
            Ok(unit) => {
                marked.insert(unit.name.clone());
                let also = unit.also.into_iter().filter(|a| !queue.contains(a)).collect::<Vec<_>>();
                queue.extend(also);
            }
            Err(Absent::Masked) => {
                say(process, &format!("Unit {name} is masked, ignoring.\n"));
                continue;
            }
            Err(why) => {
                dangling |= why == Absent::Dangling;
                if at <= names.len() && why == Absent::Missing {
                    say(process, &format!("Failed to disable unit, unit {name} does not exist.\n"));
                }
            }
        }
        marked.insert(name);
    }
    remove_marked(process, &scope.config, marked);
    dangling
}

/// Removes links that have a marked name or lead to one, and links to those; directories left empty go too.
fn remove_marked(process: &mut Process<'_, '_>, config: &str, mut marked: BTreeSet<String>) {
    loop {
        let mut again = false;
        for path in links_below(process, config) {
            let name = path.rsplit('/').next().unwrap_or_default().to_owned();
            if form(&name).is_none() {
                continue;
            }
            let Ok(target) = process.readlink(path.as_bytes()) else { continue };
            let target = absolute(&path, &String::from_utf8_lossy(&target));
            let base = target.rsplit('/').next().unwrap_or_default();
            let found = marked.contains(&name)
                || template(&name).is_some_and(|t| marked.contains(&t))
                || marked.contains(&target)
                || marked.contains(base);
            if !found || process.unlink(path.as_bytes()).is_err() {
                continue;
            }
            say(process, &format!("Removed \"{path}\".\n"));
            remove_empty(process, &path, config);
            again |= marked.insert(path);
        }
        if !again {
            return;
        }
    }
}

/// Every link in the configuration's directory and in those below it.
pub(super) fn links_below(process: &mut Process<'_, '_>, config: &str) -> Vec<String> {
    let mut found = Vec::new();
    for path in crate::effects::accounts::home::walk(process, config.as_bytes()) {
        if process.lstat(&path).is_ok_and(|s| s.is_symlink()) {
            found.extend(String::from_utf8(path));
        }
    }
    found
}

fn remove_empty(process: &mut Process<'_, '_>, path: &str, config: &str) {
    let mut dir = path;
    while let Some((above, _)) = dir.rsplit_once('/') {
        if above == config || process.rmdir(above.as_bytes()).is_err() {
            return;
        }
        dir = above;
    }
}

/// Links units to `/dev/null`.
pub(super) fn mask(process: &mut Process<'_, '_>, scope: &Scope, names: &[String]) -> Result<(), Refused> {
    let mut result = Ok(());
    for name in names {
        let done = match form(name) {
            Some(_) => link(process, "/dev/null", &format!("{}/{name}", scope.config), scope.force),
            None => Err(Refused::Name { name: name.clone() }),
        };
        result = result.and(done);
    }
    result
}

/// Takes those links away again.
pub(super) fn unmask(process: &mut Process<'_, '_>, scope: &Scope, names: &[String]) {
    let mut marked = BTreeSet::new();
    for name in names.iter().filter(|n| form(n).is_some()) {
        let path = format!("{}/{name}", scope.config);
        if process.lstat(path.as_bytes()).is_ok() && is_null(process, &path) && process.unlink(path.as_bytes()).is_ok()
        {
            say(process, &format!("Removed \"{path}\".\n"));
            marked.insert(path);
        }
    }
    if !marked.is_empty() {
        remove_marked(process, &scope.config, marked);
    }
}

/// Links unit files from elsewhere into the configuration.
pub(super) fn link_files(process: &mut Process<'_, '_>, scope: &Scope, paths: &[String]) -> Result<(), Refused> {
    for path in paths {
        let name = path.rsplit('/').next().unwrap_or_default();
        let missing = Refused::Absent { name: path.clone(), why: Absent::Missing };
        if form(name).is_none() || !process.stat(path.as_bytes()).is_ok_and(|s| s.is_file()) {
            return Err(missing);
        }
        let dir = path.rsplit_once('/').map_or("", |(dir, _)| dir);
        if !scope.search.iter().any(|s| s == dir) {
            link(process, path, &format!("{}/{name}", scope.config), scope.force)?;
        }
    }
    Ok(())
}

/// Takes away what overrides a vendor's unit: its file in the configuration, and its drop-ins there.
pub(super) fn revert(process: &mut Process<'_, '_>, scope: &Scope, names: &[String]) {
    let vendor =
        |dir: &String| dir.starts_with("/usr/lib/") || dir.starts_with("/lib/") || dir.starts_with("/usr/share/");
    let own: Vec<String> = scope.search.iter().filter(|d| !vendor(d) && !d.starts_with("/usr")).cloned().collect();
    let mut marked = BTreeSet::new();
    for name in names {
        let mut paths: Vec<String> = own.iter().map(|dir| format!("{dir}/{name}.d")).collect();
        let supplied = scope.search.iter().filter(|d| vendor(d)).map(|d| format!("{d}/{name}"));
        if supplied.into_iter().any(|p| process.lstat(p.as_bytes()).is_ok_and(|s| s.is_file())) {
            paths.extend(own.iter().map(|dir| format!("{dir}/{name}")));
        }
        for path in paths {
            if process.lstat(path.as_bytes()).is_ok()
                && crate::effects::accounts::home::remove_tree(process, path.as_bytes()).is_ok()
            {
                say(process, &format!("Removed \"{path}\".\n"));
                marked.insert(path);
            }
        }
    }
    remove_marked(process, &scope.config, marked);
}

/// Makes a target the default.
pub(super) fn set_default(process: &mut Process<'_, '_>, scope: &Scope, target: &str) -> Result<(), Refused> {
    let absent = |why| Refused::Absent { name: target.to_owned(), why };
    if target == "default.target" || suffix(target) != "target" {
        return Err(absent(Absent::Invalid));
    }
    let unit = find(process, scope, target).map_err(absent)?;
    link(process, &unit.path, &format!("{}/default.target", scope.config), true)
}
