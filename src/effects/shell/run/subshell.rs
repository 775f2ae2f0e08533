//! `( )`, `$( )` and `<( )`: a copy of the shell runs, and what it did to itself is forgotten.

use std::rc::Rc;

use super::{Flow, Ran, Shell, functions::PARSED};
use crate::effects::{
    process::{Handle, Status},
    shell::syntax::{Program, Substitution, parse},
};

/// A descriptor of `<(…)`, or of `>(…)` with what is to read it.
#[derive(Clone, Debug)]
pub(in super::super) struct Opened {
    number: u32,
    reader: Option<(Handle, Rc<Program>)>,
}

/// Steps of a subshell, beside those for the copy of what the shell remembers.
const SUBSHELL: usize = 40;

impl Shell<'_, '_, '_> {
    /// Runs work in a subshell; its status.
    pub(in super::super) fn subshell(&mut self, work: impl FnOnce(&mut Self) -> Ran) -> Ran {
        let nesting = self.process.stage.budget.nesting();
        self.steps(SUBSHELL + self.state.variables.weight())?;
        let saved = (
            self.state.clone(),
            self.process.cwd.clone(),
            self.process.umask,
            self.process.descriptors.clone(),
            self.process.env.clone(),
        );
        self.nest()?;
        self.state.subshells += 1;
        self.state.loops = 0;
        self.state.jobs.clear();
        self.state.traps.retain(|_, commands| commands.is_empty());
        let result = work(self);
        let status = self.ended(&result);
        (self.state, self.process.cwd, self.process.umask, self.process.descriptors, self.process.env) = saved;
        self.process.stage.budget.nest_again(nesting);
        status
    }

    /// The status of a shell that came to its end, its EXIT trap run.
    pub(super) fn ended(&mut self, result: &Ran) -> Ran {
        let status = match result {
            Ok(status) | Err(Flow::Exit(status) | Flow::Return(status) | Flow::Discard(status)) => *status,
            Err(Flow::Break(_) | Flow::Continue(_)) => self.state.status,
            Err(Flow::Stop) => return Err(Flow::Stop),
        };
        self.state.status = status;
        match self.trap("EXIT") {
            Ok(()) => Ok(status),
            Err(Flow::Exit(status) | Flow::Return(status)) => Ok(status),
            Err(Flow::Stop) => Err(Flow::Stop),
            Err(_) => Ok(status),
        }
    }

    /// The commands of a substitution.
    fn program_of(&mut self, command: &Substitution) -> Result<Rc<Program>, Flow> {
        let (line, dialect) = (self.state.line.max(1), self.state.dialect());
        if command.program.get().is_none() {
            self.steps(command.source.len() * PARSED)?;
        }
        Ok(Rc::clone(command.program.get_or_init(|| Rc::new(parse(&command.source, line, dialect)))))
    }

    /// What `$(…)` writes, without the newlines at its end and without NULs.
    pub(in super::super) fn substitute(&mut self, command: &Substitution) -> Result<Vec<u8>, Flow> {
        self.step()?;
        let program = self.program_of(command)?;
        if let Some(file) = self.only_reads(&program)? {
            return Ok(trimmed(file));
        }
        let output = Handle::collecting();
        let status = self.subshell(|shell| {
            shell.process.descriptors.insert(1, output.clone());
            if !shell.state.options.posix && !shell.state.options.shopt.contains("inherit_errexit") {
                shell.state.options.errexit = false;
            }
            shell.program(&program)
        })?;
        self.state.substituted = Some(status);
        self.state.status = status;
        Ok(trimmed(output.take()))
    }

    /// `$(< file)`: the file.
    fn only_reads(&mut self, program: &Program) -> Result<Option<Vec<u8>>, Flow> {
        let Some(word) = program.only_redirect() else { return Ok(None) };
        let name = self.text(word)?;
        let (bytes, status) = match self.process.read_file(&name) {
            Ok(bytes) => (bytes, Status::SUCCESS),
            Err(error) => {
                self.complain_bytes(&[&name[..], b": ", error.to_string().as_bytes()].concat());
                (Vec::new(), Status::FAILURE)
            }
        };
        self.state.substituted = Some(status);
        self.state.status = status;
        Ok(Some(bytes))
    }

    /// `<(…)` and `>(…)`: a name that leads to the commands' output, or input.
    pub(in super::super) fn process_substitution(
        &mut self,
        input: bool,
        command: &Substitution,
    ) -> Result<Vec<u8>, Flow> {
        let program = self.program_of(command)?;
        let collected = Handle::collecting();
        let taken = |n: &u32| self.process.descriptors.contains_key(n);
        let number = (10..=63).rev().find(|n| !taken(n)).unwrap_or(63);
        if input {
            self.subshell(|shell| {
                shell.process.descriptors.insert(1, collected.clone());
                shell.program(&program)
            })?;
            self.process.descriptors.insert(number, Handle::reading(collected.take()));
            self.state.opened.push(Opened { number, reader: None });
        } else {
            self.process.descriptors.insert(number, collected.clone());
            self.state.opened.push(Opened { number, reader: Some((collected, program)) });
        }
        Ok(format!("/dev/fd/{number}").into_bytes())
    }

    /// Closes what was opened since there were `kept`; who reads it runs now.
    pub(super) fn close_opened(&mut self, kept: usize) -> Result<(), Flow> {
        while self.state.opened.len() > kept {
            let Some(opened) = self.state.opened.pop() else { break };
            self.process.descriptors.remove(&opened.number);
            if let Some((collected, program)) = opened.reader {
                self.subshell(|shell| {
                    shell.process.descriptors.insert(0, Handle::reading(collected.take()));
                    shell.program(&program)
                })?;
            }
        }
        Ok(())
    }
}

fn trimmed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.retain(|&b| b != 0);
    let end = bytes.iter().rposition(|&b| b != b'\n').map_or(0, |at| at + 1);
    bytes.truncate(end);
    bytes
}
