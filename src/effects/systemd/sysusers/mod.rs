//! `systemd-sysusers`.
//!
//! ```text
//! line    lines of sysusers.d -> Queue
//! plan    who gets which number
//! write   the four files
//! ```

mod line;
mod plan;
mod write;

use line::Item;

use super::{config, image};
use crate::effects::{
    accounts::table,
    commands::options::{Order, Parsed, parse},
    process::{Process, Status},
};

/// What the lines ask for, each kind in the order of its lines.
#[derive(Debug, Default)]
struct Queue {
    version: u32,
    users: Vec<Item>,
    groups: Vec<Item>,
    /// Members of groups.
    members: Vec<(String, Vec<String>)>,
    /// Where numbers are looked for; `r` lines.
    ranges: Vec<(u32, u32)>,
}

impl Queue {
    fn add_user(&mut self, item: Item) -> Result<(), String> {
        Self::add(&mut self.users, item, "user")
    }

    fn add_group(&mut self, item: Item) -> Result<(), String> {
        Self::add(&mut self.groups, item, "group")
    }

    fn add(items: &mut Vec<Item>, item: Item, kind: &str) -> Result<(), String> {
        match items.iter().find(|i| i.name == item.name) {
            Some(there) if *there == item => Ok(()),
            Some(_) => Err(format!("Conflict with earlier configuration for {kind} '{}', ignoring line.", item.name)),
            None => {
                items.push(item);
                Ok(())
            }
        }
    }

    fn add_member(&mut self, group: String, user: String) {
        match self.members.iter_mut().find(|(g, _)| *g == group) {
            Some((_, users)) => users.push(user),
            None => self.members.push((group, vec![user])),
        }
    }

    /// Users and groups that only `m` lines name.
    fn add_implied(&mut self) {
        for (group, users) in &self.members {
            for user in users {
                if !self.users.iter().any(|i| i.name == *user) {
                    self.users.push(Item { name: user.clone(), ..Item::default() });
                }
            }
            if !self.users.iter().chain(&self.groups).any(|i| i.name == *group) {
                self.groups.push(Item { name: group.clone(), ..Item::default() });
            }
        }
    }
}

const KNOWN: &[&str] = &[
    "h,help",
    "version",
    "cat-config",
    "tldr",
    "root=",
    "image=",
    "image-policy=",
    "replace=",
    "dry-run",
    "inline",
    "no-pager",
];
const KIND: &str = "sysusers.d";

/// `systemd-sysusers`.
pub(super) fn sysusers(process: &mut Process<'_, '_>) -> Status {
    let given = match parse(process.args.get(1..).unwrap_or_default(), KNOWN, Order::Any) {
        Ok(given) => given,
        Err(why) => return process.fail(why),
    };
    if given.has("help") || given.has("version") || given.has("cat-config") || given.has("tldr") {
        return Status::SUCCESS;
    }
    let elsewhere = given.value("root").is_some_and(|r| r != b"/") || given.has("image");
    let replace = given.value("replace").map(|r| String::from_utf8_lossy(r).into_owned());
    let sound = replace.as_ref().is_none_or(|r| r.starts_with('/') && r.ends_with(".conf"));
    if elsewhere || !sound || (replace.is_some() && given.operands.is_empty()) {
        return process.fail("Invalid argument");
    }
    let mut queue = Queue { version: image::version(process), ..Queue::default() };
    if !read_all(process, &given, &mut queue, replace) {
        return Status::FAILURE;
    }
    if given.has("dry-run") {
        return Status::SUCCESS;
    }
    queue.add_implied();
    table::lock(process);
    match plan::plan(process, &queue).and_then(|plan| write::write(process, &queue, &plan)) {
        Ok(()) => Status::SUCCESS,
        Err(error) => process.fail(format!("Failed to write the user database: {error}")),
    }
}

/// Reads what is to be read; false where that is an error.
fn read_all(process: &mut Process<'_, '_>, given: &Parsed, queue: &mut Queue, replace: Option<String>) -> bool {
    let (files, at) = match replace {
        None if !given.operands.is_empty() => return read_arguments(process, given, queue),
        None => (config::files(process, KIND, ".conf"), None),
        Some(replace) => config::files_with(process, KIND, &replace),
    };
    for (n, file) in files.iter().enumerate() {
        if at == Some(n) {
            if !read_arguments(process, given, queue) {
                return false;
            }
        } else if let Ok((path, text)) = config::read(process, KIND, file) {
            read_text(process, queue, &path, &text);
        }
    }
    true
}

fn read_arguments(process: &mut Process<'_, '_>, given: &Parsed, queue: &mut Queue) -> bool {
    for (n, argument) in given.operands.iter().enumerate() {
        let argument = String::from_utf8_lossy(argument).into_owned();
        let sound = if given.has("inline") {
            match line::parse(process, queue, argument.trim()) {
                Err(why) if !why.starts_with("Conflict") => {
                    process.fail(format!("(argument):{}: {why}", n + 1));
                    false
                }
                _ => true,
            }
        } else if argument == "-" {
            let text = process.input();
            read_text(process, queue, "-", &String::from_utf8_lossy(&text))
        } else {
            match config::read(process, KIND, &argument) {
                Ok((path, text)) => read_text(process, queue, &path, &text),
                Err(error) => {
                    process.fail(format!("Failed to open '{argument}', ignoring: {error}"));
                    false
                }
            }
        };
        if !sound {
            return false;
        }
    }
    true
}

/// Reads lines; false if one is wrong. Two lines that contradict each other are only said.
fn read_text(process: &mut Process<'_, '_>, queue: &mut Queue, name: &str, text: &str) -> bool {
    let mut sound = true;
    for (n, line) in config::lines(text) {
        if !process.stage.budget.step() {
            return false;
        }
        if let Err(why) = line::parse(process, queue, line) {
            sound &= why.starts_with("Conflict");
            let text = format!("{name}:{n}: {why}\n");
            let _ = process.handle(2).write(process.stage, text.as_bytes());
        }
    }
    sound
}
