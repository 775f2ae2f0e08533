//! `systemd-tmpfiles`: `--create` and `--remove` for what is part of an image. What lies in `/run`, `/tmp`, `/dev`, `/proc` and
//! `/sys` is made anew on every start of a container, and is left out; ages mean nothing in an image that nobody uses yet.
//!
//! ```text
//! line      lines of tmpfiles.d -> Item
//! create    files, directories, links, copies
//! adjust    modes, owners, attributes, ACLs
//! ```

mod adjust;
mod create;
mod line;

use line::{Item, Parsed, Scope};

use super::{config, image};
use crate::effects::{
    commands::options::{self, Order},
    process::{Errno, Process, Status},
};

const KNOWN: &[&str] = &[
    "h,help",
    "version",
    "cat-config",
    "tldr",
    "user",
    "create",
    "clean",
    "remove",
    "purge",
    "dry-run",
    "boot",
    "graceful",
    "prefix=",
    "exclude-prefix=",
    "E",
    "root=",
    "image=",
    "image-policy=",
    "replace=",
    "no-pager",
];
const KIND: &str = "tmpfiles.d";

/// Where a container has nothing of its image.
const VOLATILE: [&str; 5] = ["/run", "/tmp", "/dev", "/proc", "/sys"];

/// Lines by their path, in the order the paths first came.
#[derive(Debug, Default)]
struct Queue {
    items: Vec<(String, Vec<Item>)>,
    globs: Vec<(String, Vec<Item>)>,
    wrong: bool,
}

/// `systemd-tmpfiles`.
pub(super) fn tmpfiles(process: &mut Process<'_, '_>) -> Status {
    let given = match options::parse(process.args.get(1..).unwrap_or_default(), KNOWN, Order::Any) {
        Ok(given) => given,
        Err(why) => return process.fail(why),
    };
    if ["help", "version", "cat-config", "tldr"].iter().any(|l| given.has(l)) {
        return Status::SUCCESS;
    }
    if !["create", "clean", "remove", "purge"].iter().any(|l| given.has(l)) {
        return process.fail("You need to specify at least one of --clean, --create, --remove, or --purge.");
    }
    let text = |v: &[u8]| String::from_utf8_lossy(v).into_owned();
    let replace = given.value("replace").map(text);
    let sound = replace.as_ref().is_none_or(|r| r.starts_with('/') && r.ends_with(".conf"));
    let elsewhere = given.value("root").is_some_and(|r| r != b"/") || given.has("image");
    if !sound || elsewhere || (replace.is_some() && given.operands.is_empty()) {
        return process.fail("Invalid argument");
    }
    let mut scope = Scope {
        version: image::version(process),
        boot: given.has("boot"),
        include: given.values("prefix").map(text).collect(),
        exclude: given.values("exclude-prefix").map(text).collect(),
    };
    if given.has("E") {
        scope.exclude.extend(VOLATILE.map(str::to_owned));
    }
    let mut queue = Queue::default();
    if !read_all(process, &given, &scope, &mut queue, replace) {
        return Status::FAILURE;
    }
    if given.has("user") || given.has("dry-run") {
        return Status::SUCCESS;
    }
    let umask = std::mem::replace(&mut process.umask, 0);
    let whole = run(process, &given, &queue, scope.version);
    process.umask = umask;
    match (queue.wrong, whole) {
        (true, _) => Status(65),
        (false, true) => Status::SUCCESS,
        // EX_CANTCREAT
        (false, false) => Status(73),
    }
}

/// Removes, then creates; false if something failed that may not.
fn run(process: &mut Process<'_, '_>, given: &options::Parsed, queue: &Queue, version: u32) -> bool {
    let all = || queue.items.iter().chain(&queue.globs);
    let mut whole = true;
    if given.has("remove") {
        // What is deeper goes first.
        let mut order: Vec<&(String, Vec<Item>)> = all().collect();
        order.sort_by_key(|(path, _)| std::cmp::Reverse(path.matches('/').count()));
        for item in order.into_iter().flat_map(|(_, items)| items) {
            whole &= report(process, item, |process| create::remove(process, item));
        }
    }
    if given.has("create") {
        // Parents first: a path is done when the first one below it comes.
        let mut done = std::collections::BTreeSet::new();
        for (path, _) in all() {
            for above in prefixes(path) {
                let lines = all().filter(|(p, _)| *p == above).flat_map(|(_, items)| items);
                if !done.insert(above.clone()) {
                    continue;
                }
                for item in lines {
                    whole &= report(process, item, |process| create::create(process, item, version)) || item.may_fail;
                }
            }
        }
    }
    whole
}

/// A path and those above it, from the top; only those that are someone's.
fn prefixes(path: &str) -> Vec<String> {
    let mut found: Vec<String> =
        path.match_indices('/').filter(|(n, _)| *n > 0).map(|(n, _)| path[..n].to_owned()).collect();
    found.push(path.to_owned());
    found
}

fn report(
    process: &mut Process<'_, '_>,
    item: &Item,
    act: impl FnOnce(&mut Process<'_, '_>) -> Result<(), Errno>,
) -> bool {
    let volatile =
        VOLATILE.iter().any(|v| item.path.strip_prefix(v).is_some_and(|r| r.is_empty() || r.starts_with('/')));
    if volatile || !process.stage.budget.step() {
        return true;
    }
    match act(process) {
        Ok(()) => true,
        Err(error) => {
            process.fail(format!("{} {}: {error}", item.kind, item.path));
            false
        }
    }
}

fn read_all(
    process: &mut Process<'_, '_>,
    given: &options::Parsed,
    scope: &Scope,
    queue: &mut Queue,
    replace: Option<String>,
) -> bool {
    let (files, at) = match replace {
        None if !given.operands.is_empty() => return read_arguments(process, given, scope, queue),
        None => (config::files(process, KIND, ".conf"), None),
        Some(replace) => config::files_with(process, KIND, &replace),
    };
    for (n, file) in files.iter().enumerate() {
        if at == Some(n) {
            if !read_arguments(process, given, scope, queue) {
                return false;
            }
        } else if let Ok((path, text)) = config::read(process, KIND, file) {
            read_text(process, scope, queue, &path, &text);
        }
    }
    true
}

fn read_arguments(process: &mut Process<'_, '_>, given: &options::Parsed, scope: &Scope, queue: &mut Queue) -> bool {
    for argument in &given.operands {
        let name = String::from_utf8_lossy(argument).into_owned();
        if name == "-" {
            let text = process.input();
            read_text(process, scope, queue, "<stdin>", &String::from_utf8_lossy(&text));
            continue;
        }
        match config::read(process, KIND, &name) {
            Ok((path, text)) => read_text(process, scope, queue, &path, &text),
            Err(error) => {
                process.fail(format!("Failed to open '{name}': {error}"));
                return false;
            }
        }
    }
    true
}

fn read_text(process: &mut Process<'_, '_>, scope: &Scope, queue: &mut Queue, name: &str, text: &str) {
    for (n, line) in config::lines(text) {
        if !process.stage.budget.step() {
            return;
        }
        match line::parse(process, scope, line) {
            Parsed::Item(item) => queue.add(*item),
            Parsed::Skipped => {}
            Parsed::Wrong(why) => {
                queue.wrong = true;
                let _ = process.handle(2).write(process.stage, format!("{name}:{n}: {why}\n").as_bytes());
            }
        }
    }
}

impl Queue {
    /// Adds a line, unless an earlier one of that path contradicts it. What decides about the path goes first.
    fn add(&mut self, item: Item) {
        let list = if item.is_glob() { &mut self.globs } else { &mut self.items };
        match list.iter_mut().find(|(path, _)| *path == item.path) {
            Some((_, items)) => {
                if items.iter().all(|i| i.agrees(&item)) {
                    items.push(item);
                    items.sort_by_key(|i| (!i.owns(), i.kind));
                }
            }
            None => list.push((item.path.clone(), vec![item])),
        }
    }
}
