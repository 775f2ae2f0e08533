//! Commands at work on the pattern space.

use std::{collections::BTreeMap, rc::Rc};

use super::{
    super::{pattern::Pattern, stream},
    Settings,
    input::{Input, Turn},
    output::{self, Output},
    script::{Action, Address, Command, Expression, Script},
};
use crate::effects::process::{Handle, Process, Status};

/// Bytes the pattern and hold spaces may have.
pub(super) const LARGEST: usize = 64 << 20;

/// What a command's range is in the middle of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Range {
    Outside,
    /// Inside, until that line where one is known.
    Inside(Option<u64>),
}

/// What goes out at the end of a cycle.
pub(super) enum Appended {
    Text(Vec<u8>),
    File(Vec<u8>),
    Line(Vec<u8>),
}

/// How a cycle ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    /// Print, unless quiet.
    End,
    /// Do not.
    Deleted,
    /// Once more, without reading.
    Again,
    Quit {
        status: u8,
        print: bool,
    },
}

pub(super) struct Machine<'m, 'p, 'a> {
    pub(super) process: &'m mut Process<'p, 'a>,
    pub(super) script: &'m Script,
    pub(super) settings: &'m Settings,
    pub(super) input: Input,
    pub(super) ranges: Vec<Range>,
    pub(super) space: Vec<u8>,
    pub(super) hold: Vec<u8>,
    /// Whether the line came with its newline; and the one that is held.
    pub(super) whole: bool,
    pub(super) hold_whole: bool,
    /// For `t`.
    pub(super) replaced: bool,
    pub(super) appended: Vec<Appended>,
    pub(super) main: Output,
    /// Standard output, while `main` is a file being replaced.
    pub(super) stdout: Output,
    pub(super) outputs: Vec<Option<Output>>,
    pub(super) readers: BTreeMap<Vec<u8>, (Vec<u8>, usize)>,
    pub(super) last: Option<Rc<Pattern>>,
}

impl<'m, 'p, 'a> Machine<'m, 'p, 'a> {
    pub fn new(
        process: &'m mut Process<'p, 'a>,
        script: &'m Script,
        settings: &'m Settings,
        files: Vec<Vec<u8>>,
    ) -> Self {
        let input = Input::new(files, settings.separate, settings.in_place.is_some(), settings.delimiter);
        let stdout = Output::new(process.handle(1));
        let mut machine = Self {
            process,
            script,
            settings,
            input,
            ranges: Vec::new(),
            space: Vec::new(),
            hold: Vec::new(),
            whole: true,
            hold_whole: true,
            replaced: false,
            appended: Vec::new(),
            main: stdout.clone(),
            stdout,
            outputs: Vec::new(),
            readers: BTreeMap::new(),
            last: None,
        };
        machine.reset_ranges();
        machine
    }

    /// `0,/re/` is inside from the start.
    fn reset_ranges(&mut self) {
        let start = |c: &Command| match c.selector.first {
            Some(Address::Zero) => Range::Inside(None),
            _ => Range::Outside,
        };
        self.ranges = self.script.commands.iter().map(start).collect();
    }

    pub fn run(mut self) -> Status {
        for name in &self.script.outputs {
            let handle = match name.as_slice() {
                b"/dev/stdout" => None,
                _ => match output::open(self.process, name) {
                    Ok(handle) => Some(Output::new(handle)),
                    Err(error) => {
                        self.process.fail(format_args!("couldn't open file {}: {error}", stream::text(name)));
                        return Status(4);
                    }
                },
            };
            self.outputs.push(handle);
        }
        let mut again = false;
        while again || self.next_line(false) {
            let flow = self.cycle();
            again = flow == Flow::Again;
            let print = matches!(flow, Flow::End | Flow::Quit { print: true, .. });
            if print && !self.settings.quiet {
                self.print_space();
            }
            // After `D` without a new line, what is to be appended waits on.
            if !matches!(flow, Flow::Again | Flow::Quit { print: false, .. }) {
                self.flush_appended();
            }
            if let Flow::Quit { status, .. } = flow {
                return self.quit(status);
            }
        }
        if self.process.stage.budget.exhausted().is_some() { Status::STOPPED } else { Status(self.input.status) }
    }

    fn quit(mut self, status: u8) -> Status {
        if self.settings.in_place.is_some() {
            let name = self.input.name().to_vec();
            self.end_file(&name);
        }
        self.input.give_back(self.process);
        Status(if status == 0 { self.input.status } else { status })
    }

    /// Reads the next line into the pattern space, or adds it.
    fn next_line(&mut self, add: bool) -> bool {
        loop {
            if !self.process.stage.budget.step() {
                return false;
            }
            match self.input.turn(self.process) {
                Turn::Line(line, whole) => {
                    self.whole = whole;
                    if !add {
                        self.replaced = false;
                        self.space = line;
                    } else if self.space.len() + line.len() < LARGEST {
                        self.space.push(self.settings.delimiter);
                        self.space.extend_from_slice(&line);
                    }
                    return true;
                }
                Turn::Begin => self.begin_file(),
                Turn::End(name) => self.end_file(&name),
                Turn::Done => return false,
            }
        }
    }

    fn begin_file(&mut self) {
        if self.settings.in_place.is_some() {
            self.main = Output::new(Handle::collecting());
        }
        if self.settings.separate {
            self.reset_ranges();
        }
    }

    fn end_file(&mut self, name: &[u8]) {
        if self.settings.in_place.is_none() {
            return;
        }
        let bytes = std::mem::replace(&mut self.main, self.stdout.clone()).handle.take();
        if let Err(error) = output::replace(self.process, name, &bytes, self.settings) {
            self.process.fail(format_args!("couldn't edit {}: {error}", stream::text(name)));
            self.input.status = 4;
        }
    }

    pub(super) fn print_space(&mut self) {
        let (delimiter, whole) = (self.settings.delimiter, self.whole);
        self.main.line(self.process, &self.space, delimiter, whole);
    }

    fn flush_appended(&mut self) {
        let delimiter = self.settings.delimiter;
        for what in std::mem::take(&mut self.appended) {
            match what {
                Appended::Text(text) => self.main.raw(self.process, &text, b'\n'),
                Appended::Line(line) => self.main.line(self.process, &line, delimiter, true),
                Appended::File(name) => {
                    if let Ok(bytes) = self.process.read_file(&name)
                        && !bytes.is_empty()
                    {
                        self.main.raw(self.process, &bytes, delimiter);
                    }
                }
            }
        }
    }

    /// All commands, once.
    fn cycle(&mut self) -> Flow {
        let script = self.script;
        let mut at = 0;
        while let Some(command) = script.commands.get(at) {
            if !self.process.stage.budget.steps(1 + self.space.len() as u64 / 4096) {
                return Flow::Quit { status: Status::STOPPED.0, print: false };
            }
            let selected = self.selects(&command.selector, at);
            at += 1;
            match &command.action {
                Action::Block(end) if !selected => at = *end,
                _ if !selected => {}
                Action::Branch(to) => at = *to,
                Action::BranchIf(to) if std::mem::take(&mut self.replaced) => at = *to,
                Action::BranchUnless(to) if !std::mem::take(&mut self.replaced) => at = *to,
                action => {
                    if let Some(flow) = self.perform(action, at - 1) {
                        return flow;
                    }
                }
            }
        }
        Flow::End
    }

    fn perform(&mut self, action: &Action, index: usize) -> Option<Flow> {
        let delimiter = self.settings.delimiter;
        match action {
            Action::Append(text) => self.appended.push(Appended::Text(text.clone())),
            Action::Insert(text) => self.main.raw(self.process, text, b'\n'),
            Action::Change(text) => {
                if !matches!(self.ranges[index], Range::Inside(_)) || self.script.commands[index].selector.negated {
                    self.main.raw(self.process, text, b'\n');
                }
                return Some(Flow::Deleted);
            }
            Action::Delete => return Some(Flow::Deleted),
            Action::DeleteFirst => {
                let Some(end) = self.space.iter().position(|&b| b == delimiter) else { return Some(Flow::Deleted) };
                self.space.drain(..=end);
                return Some(Flow::Again);
            }
            Action::Next => return self.next(),
            Action::NextAppend => {
                if self.input.is_end(self.process) {
                    return Some(Flow::Quit { status: 0, print: true });
                }
                self.flush_appended();
                if !self.next_line(true) {
                    return Some(Flow::Quit { status: 0, print: true });
                }
            }
            Action::Quit(status) => return Some(Flow::Quit { status: *status, print: true }),
            Action::QuitSilently(status) => return Some(Flow::Quit { status: *status, print: false }),
            Action::Substitute(substitution) => self.substitute(substitution),
            Action::Translate(pairs) => self.translate(pairs),
            Action::ReadFile(name) => self.appended.push(Appended::File(name.clone())),
            Action::ReadLine(name) => self.read_line(name),
            Action::Write(output) => self.write_space(*output),
            Action::WriteFirst(output) => {
                let line = self.first_line().to_vec();
                self.write(*output, &line, true);
            }
            _ => self.move_or_print(action),
        }
        None
    }

    pub(super) fn first_line(&self) -> &[u8] {
        let end = self.space.iter().position(|&b| b == self.settings.delimiter);
        &self.space[..end.unwrap_or(self.space.len())]
    }

    fn next(&mut self) -> Option<Flow> {
        if self.input.is_end(self.process) {
            return Some(Flow::Quit { status: 0, print: true });
        }
        if !self.settings.quiet {
            self.print_space();
        }
        self.flush_appended();
        let replaced = self.replaced;
        let found = self.next_line(false);
        self.replaced = replaced;
        (!found).then_some(Flow::Quit { status: 0, print: false })
    }

    /// The expression meant, which is the last one used from now on.
    pub(super) fn pattern(&mut self, expression: &Expression) -> Option<Rc<Pattern>> {
        if let Some(pattern) = expression {
            self.last = Some(Rc::clone(pattern));
        }
        self.last.clone()
    }
}
