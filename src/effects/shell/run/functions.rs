//! Functions and sourced files.

use std::rc::Rc;

use super::{Flow, Ran, Shell};
use crate::effects::shell::{state::Function, syntax::parse, text::to_text};

/// Steps of parsing a text, beside those for its bytes.
const PARSING: usize = 20;
/// Steps of parsing a byte: most of it is the grammar's.
pub(super) const PARSED: usize = 2;

impl Shell<'_, '_, '_> {
    /// Calls a function; the first argument is its name.
    pub(super) fn call(&mut self, function: &Function, args: &[Vec<u8>]) -> Ran {
        if !self.process.stage.budget.enter() {
            return Err(Flow::Stop);
        }
        self.steps(4 + args.len())?;
        let nesting = self.process.stage.budget.nesting();
        let parameters = std::mem::replace(&mut self.state.parameters, Rc::new(args[1..].to_vec()));
        let loops = std::mem::take(&mut self.state.loops);
        let (line, is_scriptlets) = (self.state.line, self.state.is_scriptlets);
        self.state.is_scriptlets = function.is_scriptlets;
        self.state.functions_running.push(to_text(&args[0]));
        self.state.variables.enter();
        let result = self.command(&function.body);
        self.state.variables.leave();
        self.search_path_changed();
        self.state.functions_running.pop();
        (self.state.line, self.state.is_scriptlets) = (line, is_scriptlets);
        self.state.loops = loops;
        self.state.parameters = parameters;
        self.process.stage.budget.leave();
        match result {
            Err(Flow::Return(status)) => {
                self.process.stage.budget.nest_again(nesting);
                Ok(status)
            }
            // Loops around a call are none of the function's.
            Err(Flow::Break(_) | Flow::Continue(_)) => Ok(self.state.status),
            other => other,
        }
    }

    /// Runs a text in this shell, as `eval`, `.` and traps do. Its lines are not the scriptlet's.
    pub(in super::super) fn evaluate_source(&mut self, source: &[u8], is_file: bool) -> Ran {
        if !self.process.stage.budget.enter() {
            return Err(Flow::Stop);
        }
        self.steps(PARSING + source.len() * PARSED)?;
        let first = if is_file { 1 } else { self.state.line.max(1) };
        let program = Rc::new(parse(&to_text(source), first, self.state.dialect()));
        if program.error.is_some() {
            // The part before a mistake took more than one attempt.
            self.steps(source.len() * PARSED)?;
        }
        let (line, is_scriptlets) = (self.state.line, self.state.is_scriptlets);
        if is_file {
            self.state.is_scriptlets = false;
        }
        let result = if is_file { self.lines(&program) } else { self.program(&program) };
        self.state.is_scriptlets = is_scriptlets;
        self.state.line = line;
        self.process.stage.budget.leave();
        result
    }

    /// Runs what is trapped on a condition.
    pub(in super::super) fn trap(&mut self, condition: &str) -> Result<(), Flow> {
        let Some(commands) = self.state.traps.get(condition).filter(|c| !c.is_empty()).cloned() else { return Ok(()) };
        let status = self.state.status;
        if self.state.trapping.is_some() {
            return Ok(());
        }
        self.state.trapping = Some(status);
        if condition == "EXIT" {
            self.state.traps.remove(condition);
        }
        let result = self.evaluate_source(&commands, false);
        self.state.trapping = None;
        self.state.status = status;
        result.map(drop)
    }
}
