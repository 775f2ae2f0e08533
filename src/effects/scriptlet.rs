//! One scriptlet, started as rpm starts it (lib/rpmscript.c): in `/`, umask 022, its body in a file that its interpreter is given.

use super::{
    Stage, lua,
    process::{Handle, Process, Status},
};
use crate::{rootfs::Metadata, terms::RootPath};

/// Bytes of output that are kept.
const KEPT: usize = 1 << 20;

/// How a scriptlet ended, and what it said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Its exit status; 137 when it was stopped ([`Budget::exhausted`](super::Budget::exhausted) says why).
    pub status: u8,
    /// Standard output and, unless it was asked for apart, standard error, in the order they were written; the first MiB.
    pub output: Vec<u8>,
    /// Standard error, where it was asked for apart.
    pub errors: Vec<u8>,
}

/// Runs a scriptlet: `program` with its own arguments, then a file of `body`, then `args` (`$1`, `$2`). Without a body the
/// program itself is the scriptlet and gets neither. `<lua>` is drydock's own. The stage's budget and log are the caller's to
/// set up before and to look at after.
pub fn run_scriptlet(
    stage: &mut Stage<'_>,
    program: &[String],
    body: Option<&str>,
    args: &[String],
    stdin: Vec<u8>,
) -> Run {
    let output = Handle::collecting_at_most(KEPT);
    let status = run(stage, program, body, args, stdin, [output.clone(), output.clone()]);
    Run { status: status.0, output: output.take(), errors: Vec::new() }
}

/// The same with standard error apart.
pub fn run_scriptlet_apart(
    stage: &mut Stage<'_>,
    program: &[String],
    body: Option<&str>,
    args: &[String],
    stdin: Vec<u8>,
) -> Run {
    let (output, errors) = (Handle::collecting_at_most(KEPT), Handle::collecting_at_most(KEPT));
    let status = run(stage, program, body, args, stdin, [output.clone(), errors.clone()]);
    Run { status: status.0, output: output.take(), errors: errors.take() }
}

fn run(
    stage: &mut Stage<'_>,
    program: &[String],
    body: Option<&str>,
    args: &[String],
    stdin: Vec<u8>,
    [output, errors]: [Handle; 2],
) -> Status {
    stage.log.line = 0;
    let mut argv: Vec<Vec<u8>> = program.iter().map(|word| word.clone().into_bytes()).collect();
    let args = args.iter().map(|word| word.clone().into_bytes());
    let is_lua = program.first().is_some_and(|p| p == "<lua>");
    let file = body.filter(|_| !is_lua).map(|body| place(stage, body));
    if let Some((name, _)) = &file {
        argv.push(name.clone());
    }
    if body.is_some() {
        argv.extend(args);
    }
    let mut process = Process::start(stage, argv, Handle::reading(stdin), output);
    process.descriptors.insert(2, errors);
    let status = match body {
        Some(body) if is_lua => lua::chunk(&mut process, body),
        _ => process.execute(),
    };
    if let Some((_, path)) = file {
        stage.fs.remove(&path);
    }
    status
}

/// rpm's `/var/tmp/rpm-tmp.XXXXXX`, which is gone afterwards; the directory stays, as with rpm.
fn place(stage: &mut Stage<'_>, body: &str) -> (Vec<u8>, RootPath) {
    let name = format!("/var/tmp/rpm-tmp.{:06}", stage.next_serial());
    let path = RootPath::new(&name).expect("a plain name");
    let metadata = Metadata::of_root(0o600, stage.now());
    let kind = super::stage::file(body.as_bytes().to_vec());
    // Where not even that can be made the interpreter finds no file, as it would.
    let placed = stage.put(&path, kind, metadata).unwrap_or(path);
    (name.into_bytes(), placed)
}
