//! What `tests/conformance/*` compare with real shells and tools: a scriptlet run over a tree out of an archive.
//!
//! ```text
//! scriptlet-judge [OPTION…] ROOT.tar INTERPRETER SCRIPT [ARG…]
//!     INTERPRETER    sh, bash, any program of the tree, or <lua>; its own arguments after blanks ("sh -e")
//!     SCRIPT         a local file with the body; `-` for none (the program itself runs)
//!     --dump FILE    the tree afterwards, as rootfs::dump has it, every content by its digest
//!     --stdin FILE   what the scriptlet reads
//!     --epoch N      the build's time (0)
//!     --log          programs nobody knows, and why it was stopped, on standard error
//! ```
//! Standard output, standard error and the exit status are the scriptlet's. 99 says that the judge itself failed.
#![allow(clippy::print_stderr, reason = "a tool for scripts")]

use std::{
    error::Error,
    fs,
    io::{self, Write},
    process::ExitCode,
};

use drydock::{
    effects::{Machine, Run, Stage, run_scriptlet_apart},
    rootfs::{Content, Contents, Kind, Rootfs, dump, overlay},
    terms::{Arch, Epoch, RootPath},
};

fn main() -> ExitCode {
    match judge(std::env::args().skip(1).collect()) {
        Ok(run) => {
            let written = io::stdout().write_all(&run.output).and_then(|()| io::stderr().write_all(&run.errors));
            if written.is_ok() { ExitCode::from(run.status) } else { ExitCode::from(99) }
        }
        Err(e) => {
            eprintln!("scriptlet-judge: {}", drydock::terms::chain(e.as_ref()).join(": "));
            ExitCode::from(99)
        }
    }
}

#[derive(Default)]
struct Options {
    dump: Option<String>,
    stdin: Vec<u8>,
    epoch: u32,
    log: bool,
}

fn judge(mut args: Vec<String>) -> Result<Run, Box<dyn Error>> {
    let mut options = Options::default();
    while args.first().is_some_and(|a| a.starts_with("--")) {
        let option = args.remove(0);
        let mut take = || if args.is_empty() { Err("an option without its value") } else { Ok(args.remove(0)) };
        match option.as_str() {
            "--dump" => options.dump = Some(take()?),
            "--stdin" => options.stdin = fs::read(take()?)?,
            "--epoch" => options.epoch = take()?.parse()?,
            "--log" => options.log = true,
            other => return Err(format!("no option {other}").into()),
        }
    }
    let [root, interpreter, script, rest @ ..] = &args[..] else {
        return Err("see the first lines of examples/scriptlet-judge/main.rs".into());
    };
    let mut fs = tree(root)?;
    let body = if script == "-" { None } else { Some(fs::read_to_string(script)?) };
    let program: Vec<String> = interpreter.split_whitespace().map(str::to_owned).collect();
    let machine = Machine { arch: Arch::X86_64, release: "5.14.0-1.el9.x86_64".to_owned() };
    let mut stage = Stage::new(&mut fs, &Inline, machine, Epoch::new(options.epoch));
    let run = run_scriptlet_apart(&mut stage, &program, body.as_deref(), rest, options.stdin);
    if options.log {
        stage.log.unknown.iter().for_each(|u| eprintln!("unknown: {} (line {})", u.program, u.line));
        stage.budget.exhausted().iter().for_each(|why| eprintln!("stopped: {why}"));
    }
    if let Some(file) = options.dump {
        fs::write(file, dump::text(&fs))?;
    }
    Ok(run)
}

/// The archive as a tree whose files hold their bytes.
fn tree(archive: &str) -> Result<Rootfs, Box<dyn Error>> {
    let (mut tree, mut kept) = (Rootfs::new(), overlay::Kept::new());
    overlay::apply(&mut tree, 0, io::BufReader::new(fs::File::open(archive)?), &|_, _| true, &mut kept)?;
    let files: Vec<(RootPath, Content)> = tree
        .iter()
        .filter_map(|(path, _, node)| match &node.kind {
            Kind::File { content: Content::Base { layer, entry }, .. } => {
                let bytes = kept.get(&(*layer, *entry)).map(|b| b.to_vec()).unwrap_or_default();
                Some((path.clone(), Content::Inline(bytes.into())))
            }
            _ => None,
        })
        .collect();
    for (path, bytes) in files {
        if let Some(Kind::File { content, .. }) = tree.get_mut(&path).map(|node| &mut node.kind) {
            *content = bytes;
        }
    }
    Ok(tree)
}

/// Every file of the tree holds its bytes already.
struct Inline;

impl Contents for Inline {
    fn read(&self, content: &Content, _: u64) -> io::Result<Vec<u8>> {
        match content {
            Content::Inline(bytes) => Ok(bytes.to_vec()),
            other => Err(io::Error::other(format!("{other:?}"))),
        }
    }
}
