//! Running commands.
//!
//! ```text
//! lists       && || ; &      pipelines      compound   if, for, while, case      condition   [[ … ]]
//! simple      assignments, functions, builtins, programs     functions     redirect     subshell   ( ), $( ), <( )
//! variables   reading and assigning      failure   messages, and what ends what     trace   set -x
//! ```

mod compound;
mod condition;
mod failure;
mod functions;
mod lists;
mod pipelines;
mod redirect;
mod simple;
mod start;
mod subshell;
mod trace;
mod variables;

pub(super) use condition::holds;
pub(super) use failure::Flow;
pub(super) use start::{command, script};
pub(super) use subshell::Opened;
pub(super) use variables::double_quoted;

use super::state::State;
use crate::effects::process::{Process, Status};

/// A shell at work.
pub(super) struct Shell<'s, 'p, 'a> {
    pub process: &'s mut Process<'p, 'a>,
    pub state: State,
}

/// How a command ended, or what it made end with it.
pub(super) type Ran = Result<Status, Flow>;

impl Shell<'_, '_, '_> {
    /// Takes a step of the budget.
    pub(super) fn step(&mut self) -> Result<(), Flow> {
        self.steps(1)
    }

    /// Takes steps for what takes longer.
    pub(super) fn steps(&mut self, steps: usize) -> Result<(), Flow> {
        if self.process.stage.budget.steps(steps as u64) { Ok(()) } else { Err(Flow::Stop) }
    }

    /// Takes the steps for so many bytes handled.
    pub(super) fn spend(&mut self, bytes: usize) -> Result<(), Flow> {
        if self.process.stage.budget.moved(bytes) { Ok(()) } else { Err(Flow::Stop) }
    }

    /// Takes the steps for so many bytes handled one by one, by code that looks at each more than once.
    pub(super) fn study(&mut self, bytes: usize) -> Result<(), Flow> {
        self.steps(bytes / 4)
    }

    /// Takes the steps for so many comparisons.
    pub(super) fn work(&mut self, comparisons: u64) -> Result<(), Flow> {
        if self.process.stage.budget.steps(comparisons / 16) { Ok(()) } else { Err(Flow::Stop) }
    }

    /// Goes a level deeper; pair with [`Shell::unnest`], except where a [`Flow`] is passed on: then who catches it puts it right.
    pub(super) fn nest(&mut self) -> Result<(), Flow> {
        if self.process.stage.budget.nest() { Ok(()) } else { Err(Flow::Stop) }
    }

    pub(super) fn unnest(&mut self) {
        self.process.stage.budget.unnest();
    }
}
