//! `alternatives` as chkconfig's, whose other name is `update-alternatives`: which of several programs a name stands for.
//!
//! ```text
//! options   the command line                       state   /var/lib/alternatives/NAME: who there is, and which is chosen
//! links     /etc/alternatives/NAME and the links   actions --install, --remove, --set … on a state
//! show      --display, --list, --config, usage
//! ```
//! dpkg's program of that name has state files that differ in two things (`state`), and takes options chkconfig's does not;
//! where an image has that one, its files stay its own.

mod actions;
mod links;
mod options;
mod show;
mod state;
#[cfg(test)]
mod tests;

use options::{Action, Options, Parsed};

use super::{
    commands::Table,
    process::{Errno, Process, Status},
    shell,
};

/// The commands of this module.
pub(in crate::effects) const COMMANDS: Table = &[("alternatives", alternatives), ("update-alternatives", alternatives)];

/// What chkconfig's program ends with when it did not do what it was asked.
const FAILED: Status = Status(2);
/// A wrapper around a program is shorter than any program.
const WRAPPER: u64 = 4096;

/// Errors of an action: what is said is said, this is the status.
type Outcome = Result<(), Status>;

fn alternatives(process: &mut Process<'_, '_>) -> Status {
    if let Some((name, script)) = wrapper(process) {
        let args = process.args.split_off(1);
        return shell::script(process, &script, &name, args);
    }
    let options = match options::parse(&process.args[1..]) {
        Parsed::Options(options) => options,
        Parsed::Usage(status, complaint) => return show::usage(process, complaint, status),
    };
    match run(process, options) {
        Ok(()) => Status::SUCCESS,
        Err(status) => status,
    }
}

/// An image may have a script in the place of the program: then that is what runs.
fn wrapper(process: &mut Process<'_, '_>) -> Option<(Vec<u8>, Vec<u8>)> {
    let name = process.args.first()?.clone();
    let path = process.search(&name)?;
    let stat = process.stat(&path).ok()?;
    if stat.size > WRAPPER {
        return None;
    }
    let head = process.read_file(&path).ok()?;
    head.starts_with(b"#!").then_some((path, head))
}

fn run(process: &mut Process<'_, '_>, mut options: Options) -> Outcome {
    if let Action::Version = options.action {
        process.out(format!("alternatives version {}\n", show::VERSION));
        return Ok(());
    }
    directories(process, &mut options)?;
    let mut work = actions::Work { process, options: &options };
    match &options.action {
        Action::Install(new) => work.install(new),
        Action::Remove { name, path } => work.remove(name, path),
        Action::RemoveAll { name } => work.remove_all(name),
        Action::Auto { name } => work.auto(name),
        Action::Set { name, path } => work.set(name, path),
        Action::AddFollower { name, path, follower } => work.add_follower(name, path, follower),
        Action::RemoveFollower { name, path, follower } => work.remove_follower(name, path, follower),
        Action::Display { name } => work.display(name),
        Action::Config { name } => work.config(name),
        Action::List => work.list(),
        Action::Version => Ok(()),
    }
}

/// Both directories have to be there; the usual one for states is made.
fn directories(process: &mut Process<'_, '_>, options: &mut Options) -> Outcome {
    let is_directory = |process: &Process<'_, '_>, dir: &[u8]| process.stat(dir).is_ok_and(|s| s.is_directory());
    if !is_directory(process, &options.links) {
        complain(process, &[b"altdir ", &options.links, b" invalid"]);
        return Err(FAILED);
    }
    if is_directory(process, &options.states) {
        return Ok(());
    }
    if options.states_given {
        complain(process, &[b"admindir ", &options.states, b" invalid"]);
        return Err(FAILED);
    }
    let image_based = process.exists(b"/run/ostree-booted") || process.lstat(b"/ostree").is_ok_and(|s| s.is_symlink());
    if image_based {
        options.states = b"/etc/alternatives-admindir".to_vec();
    }
    match process.mkdir(&options.states, 0o755) {
        Ok(()) | Err(Errno::Exists) => Ok(()),
        Err(errno) => {
            complain(process, &[b"failed to create admindir: ", errno.to_string().as_bytes()]);
            Err(FAILED)
        }
    }
}

/// A line for standard error, without the program's name, as chkconfig writes them.
fn complain(process: &mut Process<'_, '_>, parts: &[&[u8]]) {
    let line = [&parts.concat()[..], b"\n"].concat();
    let _ = process.handle(2).write(process.stage, &line);
}
