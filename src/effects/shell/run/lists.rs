//! `;`, `&&`, `||` and `&`; and when a failure ends the shell.

use std::rc::Rc;

use super::{Flow, Ran, Shell};
use crate::effects::{
    process::{Handle, Status},
    shell::syntax::{Item, Program},
};

impl Shell<'_, '_, '_> {
    /// A script, line by line; a mistake in its grammar is met where it stands.
    pub(in super::super) fn program(&mut self, program: &Rc<Program>) -> Ran {
        let mut status = Status::SUCCESS;
        for line in &program.lines {
            status = self.list(line)?;
        }
        if let Some(error) = &program.error {
            self.state.line = error.line;
            self.complain(&error.message);
            self.state.status = Status(2);
            return Err(Flow::Exit(Status(2)));
        }
        Ok(status)
    }

    /// The same for the scriptlet or a sourced file, where a failing expansion ends no more than its line.
    pub(in super::super) fn lines(&mut self, program: &Rc<Program>) -> Ran {
        let mut status = Status::SUCCESS;
        let nesting = self.process.stage.budget.nesting();
        for line in &program.lines {
            status = match self.list(line) {
                Err(Flow::Discard(status)) if self.state.subshells == 0 => {
                    self.process.stage.budget.nest_again(nesting);
                    self.state.status = status;
                    status
                }
                other => other?,
            };
        }
        let rest = Program { lines: Vec::new(), error: program.error.clone() };
        if rest.error.is_some() { self.program(&Rc::new(rest)) } else { Ok(status) }
    }

    pub(super) fn list(&mut self, list: &[Item]) -> Ran {
        let mut status = Status::SUCCESS;
        if self.state.options.noexec {
            return Ok(status);
        }
        for item in list {
            status = if item.background { self.background(item)? } else { self.item(item)? };
            self.state.status = status;
        }
        Ok(status)
    }

    fn item(&mut self, item: &Item) -> Ran {
        if item.rest.is_empty() {
            return self.pipeline(&item.first);
        }
        let mut status = self.unguarded(|shell| shell.pipeline(&item.first))?;
        for (i, (and, pipeline)) in item.rest.iter().enumerate() {
            self.state.status = status;
            if *and != status.success() {
                continue;
            }
            status = match i + 1 == item.rest.len() {
                true => self.pipeline(pipeline)?,
                false => self.unguarded(|shell| shell.pipeline(pipeline))?,
            };
        }
        Ok(status)
    }

    /// Runs what may fail without ending the shell.
    pub(super) fn unguarded(&mut self, work: impl FnOnce(&mut Self) -> Ran) -> Ran {
        self.state.ignoring += 1;
        let result = work(self);
        self.state.ignoring -= 1;
        result
    }

    /// After a command: a failure runs the ERR trap and, with `-e`, ends the shell.
    pub(super) fn guard(&mut self, status: Status) -> Ran {
        self.state.status = status;
        if status.success() || self.state.ignoring > 0 {
            return Ok(status);
        }
        let in_function = !self.state.functions_running.is_empty();
        if !in_function || self.state.options.errtrace {
            self.trap("ERR")?;
        }
        self.state.status = status;
        if self.state.options.errexit { Err(Flow::Exit(status)) } else { Ok(status) }
    }

    /// `&`: the job runs to its end at once, without input.
    fn background(&mut self, item: &Item) -> Ran {
        let number = self.process.stage.next_serial();
        let status = self.subshell(|shell| {
            shell.process.descriptors.insert(0, Handle::null());
            shell.item(item)
        })?;
        self.state.jobs.insert(number, status);
        self.state.background = Some(number);
        Ok(Status::SUCCESS)
    }
}
