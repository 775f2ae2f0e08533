//! How a shell begins: its arguments, its environment, and its end.

use std::rc::Rc;

use super::{Flow, Shell, functions::PARSED};
use crate::effects::{
    process::{Process, Status},
    shell::{
        state::{Options, State, Value, Variables},
        syntax::{is_name, parse},
        text::to_text,
    },
};

/// Steps of starting a shell.
const STARTING: usize = 100;

/// Runs a script in a shell of its own; the process's name says whether it is `sh`.
pub(in super::super) fn script(
    process: &mut Process<'_, '_>,
    source: &[u8],
    name: &[u8],
    params: Vec<Vec<u8>>,
) -> Status {
    let options = Options { posix: is_posix(process), ..Options::default() };
    begin(process, source, name, params, options, false)
}

fn is_posix(process: &Process<'_, '_>) -> bool {
    matches!(process.name().as_str(), "sh" | "dash")
}

/// The program: `sh [-ceux…] [-o OPTION] [COMMANDS | FILE] [ARG…]`.
pub(in super::super) fn command(process: &mut Process<'_, '_>) -> Status {
    let mut options = Options { posix: is_posix(process), ..Options::default() };
    let (mut at, mut commands, mut from_input) = (1, false, false);
    while let Some(arg) = process.args.get(at).map(|a| to_text(a)) {
        let Some(letters) = arg.strip_prefix(['-', '+']).filter(|l| !l.is_empty()) else {
            at += usize::from(arg == "-");
            break;
        };
        at += 1;
        let on = arg.starts_with('-');
        match letters {
            "-" => break,
            "-posix" => options.posix = true,
            "-verbose" => options.verbose = true,
            "-norc" | "-noprofile" | "-login" | "-noediting" | "-restricted" | "-debugger" => {}
            "-version" => {
                process.out("GNU bash, version 5.2.15(1)-release (x86_64-redhat-linux-gnu)\n");
                return Status::SUCCESS;
            }
            _ if letters.starts_with('-') => {
                process.fail(format_args!("{arg}: invalid option"));
                return Status(2);
            }
            _ => {
                for letter in letters.bytes() {
                    match letter {
                        b'c' => commands = true,
                        b's' => from_input = true,
                        b'i' | b'l' | b'r' | b'D' => {}
                        b'o' | b'O' => {
                            let name = process.args.get(at).map(|a| to_text(a)).unwrap_or_default();
                            at += 1;
                            let known =
                                if letter == b'o' { options.set(&name, on) } else { options.set_shopt(&name, on) };
                            if !known {
                                process.fail(format_args!("{name}: invalid option name"));
                                return Status(2);
                            }
                        }
                        _ if options.set_letter(letter, on) => {}
                        _ => {
                            process.fail(format_args!("{arg}: invalid option"));
                            return Status(2);
                        }
                    }
                }
            }
        }
    }
    let mut rest = process.args.get(at..).unwrap_or_default().to_vec();
    let own = process.args.first().cloned().unwrap_or_default();
    if commands {
        if rest.is_empty() {
            process.fail("-c: option requires an argument");
            return Status(2);
        }
        let source = rest.remove(0);
        let name = if rest.is_empty() { own } else { rest.remove(0) };
        return begin(process, &source, &name, rest, options, true);
    }
    if rest.is_empty() || from_input {
        let source = process.input();
        return begin(process, &source, &own, rest, options, false);
    }
    let name = rest.remove(0);
    let found = if process.exists(&name) { Some(name.clone()) } else { process.search(&name) };
    match found.ok_or(crate::effects::process::Errno::NoEntry).and_then(|found| process.read_file(&found)) {
        Ok(source) => begin(process, &source, &name, rest, options, false),
        Err(error) => {
            process.fail(format_args!("{}: {error}", String::from_utf8_lossy(&name)));
            Status::NOT_FOUND
        }
    }
}

/// A new shell, and to its end.
fn begin(
    process: &mut Process<'_, '_>,
    source: &[u8],
    name: &[u8],
    params: Vec<Vec<u8>>,
    options: Options,
    is_command_string: bool,
) -> Status {
    let first_line = source.split(|&b| b == b'\n').next().unwrap_or_default();
    if first_line.contains(&0) {
        process.fail(format_args!("{}: cannot execute binary file", String::from_utf8_lossy(name)));
        return Status::NOT_EXECUTABLE;
    }
    let is_scriptlets = process.stage.log.line == 0;
    let dialect = super::super::syntax::Dialect { posix: options.posix };
    let nesting = process.stage.budget.nesting();
    let number = process.stage.next_serial();
    let state = new_state(name, params, options, number, is_scriptlets, is_command_string);
    let mut shell = Shell { process, state };
    shell.import();
    let result = match shell.process.stage.budget.steps((STARTING + source.len() * PARSED) as u64) {
        true => {
            let program = Rc::new(parse(&to_text(source), 1, dialect));
            if is_command_string { shell.program(&program) } else { shell.lines(&program) }
        }
        false => Err(Flow::Stop),
    };
    let ended = shell.ended(&result);
    shell.process.stage.budget.nest_again(nesting);
    ended.unwrap_or(Status::STOPPED)
}

fn new_state(
    name: &[u8],
    params: Vec<Vec<u8>>,
    options: Options,
    number: u32,
    is_scriptlets: bool,
    is_command_string: bool,
) -> State {
    State {
        variables: Variables::default(),
        functions: Rc::default(),
        options,
        parameters: Rc::new(params),
        name: Rc::new(name.to_vec()),
        status: Status::SUCCESS,
        substituted: None,
        line: 0,
        is_scriptlets,
        loops: 0,
        functions_running: Vec::new(),
        sourced: 0,
        subshells: 0,
        ignoring: 0,
        traps: Default::default(),
        trapping: None,
        jobs: Default::default(),
        background: None,
        number,
        directories: Vec::new(),
        option_at: 0,
        logical: Vec::new(),
        is_command_string,
        opened: Vec::new(),
        compound: Vec::new(),
    }
}

impl Shell<'_, '_, '_> {
    /// Variables out of the environment, and those every shell has.
    fn import(&mut self) {
        let env = std::mem::take(&mut self.process.env);
        for (name, value) in &env {
            let name = to_text(name);
            if is_name(&name) {
                let variable = self.state.variables.get_mut(&name);
                variable.exported = true;
                variable.value = Value::Scalar(value.clone());
            }
        }
        self.process.env = env;
        let cwd = self.process.cwd.to_string().into_bytes();
        self.state.logical.clone_from(&cwd);
        let level = self.value("SHLVL").and_then(|v| std::str::from_utf8(&v).ok()?.parse::<u32>().ok()).unwrap_or(0);
        for (name, value) in [("PWD", cwd), ("SHLVL", level.saturating_add(1).min(999).to_string().into_bytes())] {
            self.set(name, value);
            self.state.variables.get_mut(name).exported = true;
        }
        let arch = self.process.stage.machine().arch.to_string();
        let fixed = [
            ("IFS", " \t\n".to_owned()),
            ("OPTIND", "1".to_owned()),
            ("PS4", "+ ".to_owned()),
            ("UID", "0".to_owned()),
            ("EUID", "0".to_owned()),
            ("PPID", "1".to_owned()),
            ("HOSTNAME", "localhost".to_owned()),
            ("HOSTTYPE", arch.clone()),
            ("OSTYPE", "linux-gnu".to_owned()),
            ("MACHTYPE", format!("{arch}-redhat-linux-gnu")),
            ("BASH", if self.state.options.posix { "/bin/sh" } else { "/bin/bash" }.to_owned()),
            ("BASH_VERSION", "5.2.15(1)-release".to_owned()),
        ];
        for (name, value) in fixed {
            self.set(name, value);
        }
        if !self.state.variables.get("PATH").is_some_and(|v| v.exported) {
            self.set("PATH", "/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin");
        }
        self.search_path_changed();
        let version = ["5", "2", "15", "1", "release", "x86_64-redhat-linux-gnu"];
        let version = version.iter().enumerate().map(|(i, v)| (i as u64, v.as_bytes().to_vec())).collect();
        self.state.variables.get_mut("BASH_VERSINFO").value = Value::Indexed(version);
        for name in ["UID", "EUID", "PPID"] {
            let variable = self.state.variables.get_mut(name);
            variable.readonly = true;
            variable.integer = true;
        }
    }
}
