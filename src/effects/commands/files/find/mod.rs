//! `find`.
//!
//! ```text
//! parse       the command line -> an expression     criteria  what is asked of a file
//! expression  the expression, and what a place has to be for it
//! action      -print, -printf, -ls, -exec, -delete …
//! printf      the format of -printf
//! fnmatch     * ? […] over whole names
//! ```

mod action;
mod criteria;
mod expression;
mod fnmatch;
mod parse;
mod printf;
#[cfg(test)]
mod tests;

use super::{
    super::super::process::{Process, Status},
    names::quoted,
    walk::Walk,
};
use action::Actions;
pub(super) use fnmatch::fnmatch;

pub(super) fn find(process: &mut Process<'_, '_>) -> Status {
    let plan = match parse::parse(process) {
        Ok(plan) => plan,
        Err(text) => return process.fail(text),
    };
    let mut actions = Actions::new(process, &plan);
    for start in &plan.starts {
        let mut walk = Walk::new(start, plan.follow);
        while let Some(visit) = walk.next(process) {
            let visit = actions.place(visit, start);
            if let Err(error) = &visit.stat {
                actions.failed(process, format_args!("{}: {error}", quoted(&visit.name)));
                continue;
            }
            if visit.cycle {
                actions
                    .failed(process, format_args!("File system loop detected; {} is part of it", quoted(&visit.name)));
                continue;
            }
            let is_directory = visit.is_directory();
            if is_directory && !visit.leaving && visit.depth >= plan.max_depth {
                walk.skip();
            }
            // With -depth a directory counts when it is left; one not entered is never left.
            let entered = is_directory && visit.depth < plan.max_depth;
            let counts = if entered { visit.leaving == plan.depth_first } else { !visit.leaving };
            if !counts || visit.depth < plan.min_depth {
                continue;
            }
            let outcome = actions.evaluate(process, &plan.expression, &visit);
            if actions.quit {
                return actions.finish(process);
            }
            if outcome.pruned && is_directory && !plan.depth_first {
                walk.skip();
            }
        }
    }
    actions.finish(process)
}
