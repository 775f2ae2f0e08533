//! A program running over the tree: what a kernel would give it.
//!
//! ```text
//! errno     why a call fails, in strerror's words
//! handle    open files, pipes, /dev/null: what a descriptor refers to
//! calls     stat, open, mkdir, rename, chown …: paths as the kernel walks them, from a working directory
//! program   from a name to what runs: a command of ours, a script of the image, or 127
//! ```

mod calls;
mod errno;
mod handle;
mod program;
#[cfg(test)]
pub(super) mod testing;

use std::collections::BTreeMap;

pub use calls::Stat;
pub use errno::Errno;
pub use handle::{Handle, Mode};
pub use program::Command;

use super::Stage;
use crate::terms::RootPath;

/// A program's exit status: 0 is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Status(pub u8);

impl Status {
    /// It worked.
    pub const SUCCESS: Self = Self(0);
    /// It did not, in the ordinary way.
    pub const FAILURE: Self = Self(1);
    /// What is there cannot be run.
    pub const NOT_EXECUTABLE: Self = Self(126);
    /// There is no such program.
    pub const NOT_FOUND: Self = Self(127);
    /// Stopped for what it used (128 + SIGKILL).
    pub const STOPPED: Self = Self(137);

    /// Whether it worked.
    pub fn success(self) -> bool {
        self == Self::SUCCESS
    }
}

impl From<bool> for Status {
    /// True is success.
    fn from(success: bool) -> Self {
        if success { Self::SUCCESS } else { Self::FAILURE }
    }
}

/// A running program. Those it starts share its descriptors and inherit its environment, directory and umask.
pub struct Process<'p, 'a> {
    /// The tree it sees, and what is left to it.
    pub stage: &'p mut Stage<'a>,
    /// Its arguments; the first is its own name.
    pub args: Vec<Vec<u8>>,
    /// Its environment.
    pub env: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Its working directory, without symlinks.
    pub cwd: RootPath,
    /// Permission bits new files do not get.
    pub umask: u16,
    /// Whom new files belong to: user and group. What may be done is root's all the same.
    pub owner: (u32, u32),
    /// Open files by number; 0, 1 and 2 are the standard streams.
    pub descriptors: BTreeMap<u32, Handle>,
}

impl std::fmt::Debug for Process<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Process").field("args", &self.args).field("cwd", &self.cwd).finish_non_exhaustive()
    }
}

/// rpm's `%_install_script_path`.
const PATH: &[u8] = b"/sbin:/bin:/usr/sbin:/usr/bin:/usr/X11R6/bin";

impl<'p, 'a> Process<'p, 'a> {
    /// As rpm starts a scriptlet's interpreter: in `/`, umask 022, its own `PATH`, nothing of the host's environment.
    pub fn start(stage: &'p mut Stage<'a>, args: Vec<Vec<u8>>, stdin: Handle, output: Handle) -> Self {
        let env = BTreeMap::from([
            (b"PATH".to_vec(), PATH.to_vec()),
            (b"HOME".to_vec(), b"/root".to_vec()),
            (b"LC_ALL".to_vec(), b"C.UTF-8".to_vec()),
            (b"RPM_INSTALL_PREFIX".to_vec(), b"/usr".to_vec()),
        ]);
        let descriptors = BTreeMap::from([(0, stdin), (1, output.clone()), (2, output)]);
        Self { stage, args, env, cwd: RootPath::root(), umask: 0o022, owner: (0, 0), descriptors }
    }

    /// Another program with other arguments, in the place of this one: the same tree, descriptors, directory, environment.
    pub fn child(&mut self, args: Vec<Vec<u8>>) -> Process<'_, 'a> {
        Process {
            stage: &mut *self.stage,
            args,
            env: self.env.clone(),
            cwd: self.cwd.clone(),
            umask: self.umask,
            owner: self.owner,
            descriptors: self.descriptors.clone(),
        }
    }

    /// The program's own name, without directories: for messages.
    pub fn name(&self) -> String {
        let name = self.args.first().map_or(&b""[..], Vec::as_slice);
        String::from_utf8_lossy(name.rsplit(|&b| b == b'/').next().unwrap_or(name)).into_owned()
    }

    /// Runs another program to its end, as `fork`, `exec` and `wait` would.
    pub fn run(&mut self, args: Vec<Vec<u8>>) -> Status {
        self.child(args).execute()
    }

    /// A descriptor; a closed one fails every call with `EBADF`.
    pub fn handle(&self, number: u32) -> Handle {
        self.descriptors.get(&number).cloned().unwrap_or_else(Handle::closed)
    }

    /// Writes to standard output; a failure is the writer's business only where it says so itself.
    pub fn out(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.handle(1).write(self.stage, bytes.as_ref());
    }

    /// Writes `NAME: TEXT` to standard error, and is the status that commonly follows.
    pub fn fail(&mut self, text: impl std::fmt::Display) -> Status {
        let line = format!("{}: {text}\n", self.name());
        let _ = self.handle(2).write(self.stage, line.as_bytes());
        Status::FAILURE
    }

    /// All that is left of standard input.
    pub fn input(&mut self) -> Vec<u8> {
        self.handle(0).read_to_end(self.stage).unwrap_or_default()
    }
}
