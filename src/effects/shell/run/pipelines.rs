//! `|`: one command after the other, each reading what the one before wrote; each a subshell of its own.

use super::{Ran, Shell};
use crate::effects::{
    process::{Handle, Status},
    shell::syntax::{Kind, Pipeline},
};

impl Shell<'_, '_, '_> {
    pub(super) fn pipeline(&mut self, pipeline: &Pipeline) -> Ran {
        let status = if pipeline.negated {
            let status = self.unguarded(|shell| shell.unnegated(pipeline))?;
            Status::from(!status.success())
        } else {
            let status = self.unnegated(pipeline)?;
            match pipeline.commands.as_slice() {
                // What these hold has been judged already, or must not be.
                [one] if !is_judged(&one.kind) => status,
                _ => self.guard(status)?,
            }
        };
        self.state.status = status;
        Ok(status)
    }

    fn unnegated(&mut self, pipeline: &Pipeline) -> Ran {
        match pipeline.commands.as_slice() {
            [] => Ok(Status::SUCCESS),
            [one] => {
                let status = self.command(one)?;
                if is_judged(&one.kind) {
                    self.pipe_status(&[status]);
                }
                Ok(status)
            }
            _ => self.piped(pipeline),
        }
    }

    fn piped(&mut self, pipeline: &Pipeline) -> Ran {
        let mut statuses = Vec::new();
        let mut input = None;
        for (i, command) in pipeline.commands.iter().enumerate() {
            let is_last = i + 1 == pipeline.commands.len();
            let output = (!is_last).then(Handle::collecting);
            let stdin = input.take();
            if is_last && self.state.options.shopt.contains("lastpipe") {
                let saved = self.process.descriptors.clone();
                self.process.descriptors.extend(stdin.map(|stdin| (0, stdin)));
                let result = self.command(command);
                self.process.descriptors = saved;
                statuses.push(result?);
                break;
            }
            let status = self.subshell(|shell| {
                if let Some(stdin) = stdin {
                    shell.process.descriptors.insert(0, stdin);
                }
                if let Some(output) = &output {
                    shell.process.descriptors.insert(1, output.clone());
                }
                let status = shell.command(command)?;
                if is_judged(&command.kind) { shell.guard(status) } else { Ok(status) }
            })?;
            statuses.push(status);
            input = output.map(|output| Handle::reading(output.take()));
        }
        if let Some(command) = pipeline.commands.last() {
            self.at_line(command.line);
        }
        self.pipe_status(&statuses);
        let last = statuses.last().copied().unwrap_or(Status::SUCCESS);
        let failed = statuses.iter().rev().find(|s| !s.success()).copied();
        Ok(if self.state.options.pipefail { failed.unwrap_or(last) } else { last })
    }
}

/// Whether a command's failure counts for `set -e`: those of compound commands come from commands inside, which counted already.
fn is_judged(kind: &Kind) -> bool {
    matches!(kind, Kind::Simple { .. } | Kind::Subshell(_) | Kind::Arithmetic(_) | Kind::Condition(_))
}
