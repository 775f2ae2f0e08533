//! Commands on files and directories, and on the system as far as scriptlets ask for it.
//!
//! ```text
//! names permissions owners date_format date_words walk backup links   what several of them take or show
//! cat copy(cp mv install) link remove directories touch chmod chown   what changes files
//! paths stat ls disk find xargs                                what looks at them
//! temporary raw(dd truncate)                                   mktemp, bytes
//! identity getent system date wrappers                         id, uname, date; env, timeout …: what runs another command
//! ```

mod backup;
mod cat;
mod chmod;
mod chown;
mod copy;
mod date;
mod date_format;
mod date_words;
mod directories;
mod disk;
mod find;
mod getent;
mod identity;
mod link;
mod links;
mod ls;
mod names;
mod owners;
mod paths;
mod permissions;
mod raw;
mod remove;
mod stat;
mod system;
mod temporary;
mod touch;
mod walk;
mod wrappers;
mod xargs;

use super::{super::process::Status, Table};

/// How a command ends: with a status, early (`?`) or at its end.
type Ended = Result<Status, Status>;

fn end(ended: Ended) -> Status {
    ended.unwrap_or_else(|status| status)
}

/// The commands of this module.
pub(in crate::effects) const COMMANDS: Table = &[
    ("arch", |p| end(system::arch(p))),
    ("basename", |p| end(paths::basename(p))),
    ("cat", |p| end(cat::cat(p))),
    ("chattr", |p| system::without_effect(p, "file flags are not part of an image")),
    ("chcon", |p| system::without_effect(p, "SELinux labels are given by the machine that runs the image")),
    ("chgrp", |p| end(chown::chgrp(p))),
    ("chmod", |p| end(chmod::chmod(p))),
    ("chown", |p| end(chown::chown(p))),
    ("cp", |p| end(copy::cp(p))),
    ("date", |p| end(date::date(p))),
    ("dd", |p| end(raw::dd(p))),
    ("df", |p| end(disk::df(p))),
    ("dirname", |p| end(paths::dirname(p))),
    ("du", |p| end(disk::du(p))),
    ("env", |p| end(wrappers::env(p))),
    ("find", find::find),
    ("flock", |p| end(wrappers::flock(p))),
    ("getconf", |p| end(system::getconf(p))),
    ("getent", |p| end(getent::getent(p))),
    ("groups", |p| end(identity::groups(p))),
    ("hostname", |p| end(system::hostname(p))),
    ("id", |p| end(identity::id(p))),
    ("install", |p| end(copy::install(p))),
    ("ionice", |p| end(wrappers::ionice(p))),
    ("link", |p| end(link::link(p))),
    ("ln", |p| end(link::ln(p))),
    ("logger", |p| system::without_effect(p, "no log is kept while an image is built")),
    ("logname", |p| end(identity::logname(p))),
    ("ls", |p| end(ls::ls(p))),
    ("lsattr", |p| system::without_effect(p, "file flags are not part of an image")),
    ("mkdir", |p| end(directories::mkdir(p))),
    ("mkfifo", |p| end(directories::mkfifo(p))),
    ("mknod", |p| end(directories::mknod(p))),
    ("mktemp", |p| end(temporary::mktemp(p))),
    ("mv", |p| end(copy::mv(p))),
    ("nice", |p| end(wrappers::nice(p))),
    ("nohup", |p| end(wrappers::nohup(p))),
    ("nproc", |p| end(system::nproc(p))),
    ("printenv", |p| end(wrappers::printenv(p))),
    ("readlink", |p| end(paths::readlink(p))),
    ("realpath", |p| end(paths::realpath(p))),
    ("rm", |p| end(remove::rm(p))),
    ("rmdir", |p| end(remove::rmdir(p))),
    ("runuser", |p| end(wrappers::runuser(p))),
    ("setsid", |p| end(wrappers::setsid(p))),
    ("sleep", |p| end(system::sleep(p))),
    ("stat", |p| end(stat::stat(p))),
    ("stdbuf", |p| end(wrappers::stdbuf(p))),
    ("su", |p| end(wrappers::su(p))),
    ("sync", |p| system::without_effect(p, "the tree is written once, at the end")),
    ("tee", |p| end(cat::tee(p))),
    ("timeout", |p| end(wrappers::timeout(p))),
    ("touch", |p| end(touch::touch(p))),
    ("truncate", |p| end(raw::truncate(p))),
    ("tty", |p| end(system::tty(p))),
    ("uname", |p| end(system::uname(p))),
    ("unlink", |p| end(remove::unlink(p))),
    ("usleep", |p| system::without_effect(p, "time does not pass while an image is built")),
    ("which", |p| end(paths::which(p))),
    ("whoami", |p| end(identity::whoami(p))),
    ("xargs", |p| end(xargs::xargs(p))),
];
