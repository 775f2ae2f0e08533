//! Groups, conditions and loops.

use std::rc::Rc;

use super::{Flow, Ran, Shell};
use crate::effects::{
    process::Status,
    shell::{
        builtins,
        expand::{Pattern, Subject},
        state::Function,
        syntax::{Arm, Command, Item, Kind, Then, Word, is_name},
    },
};

/// What a loop's body makes of the loop.
enum Turn {
    GoOn(Status),
    Leave(Status),
}

/// Steps of a command, beside what it does.
const COMMAND: usize = 6;

impl Shell<'_, '_, '_> {
    /// One command with its redirections.
    pub(super) fn command(&mut self, command: &Command) -> Ran {
        self.steps(COMMAND)?;
        self.nest()?;
        self.at_line(command.line);
        let kept = self.state.opened.len();
        let result = match &command.kind {
            Kind::Simple { assigns, words } => self.simple(assigns, words, &command.redirects),
            kind if command.redirects.is_empty() => self.kind(kind),
            kind => self.redirected(&command.redirects, |shell| shell.kind(kind)),
        };
        if self.state.opened.len() > kept {
            self.close_opened(kept)?;
        }
        let status = result?;
        self.unnest();
        Ok(status)
    }

    pub(super) fn at_line(&mut self, line: usize) {
        self.state.line = line;
        if self.state.is_scriptlets {
            self.process.stage.log.line = line;
        }
    }

    fn kind(&mut self, kind: &Kind) -> Ran {
        match kind {
            Kind::Simple { .. } => Ok(self.state.status),
            Kind::Group(list) => self.list(list),
            Kind::Subshell(list) => self.subshell(|shell| shell.list(list)),
            Kind::If { arms, otherwise } => {
                for (condition, body) in arms {
                    if self.unguarded(|shell| shell.list(condition))?.success() {
                        return self.list(body);
                    }
                }
                otherwise.as_ref().map_or(Ok(Status::SUCCESS), |body| self.list(body))
            }
            Kind::While { until, condition, body } => self.looped(|shell| {
                let mut last = Status::SUCCESS;
                while shell.goes_on(condition, *until)? {
                    match shell.turn(|shell| shell.list(body))? {
                        Turn::GoOn(status) => last = status,
                        Turn::Leave(status) => return Ok(status),
                    }
                }
                Ok(last)
            }),
            Kind::For { name, words, body } => self.for_each(name, words.as_deref(), body),
            Kind::ArithmeticFor { parts, body } => self.looped(|shell| shell.arithmetic_for(parts, body)),
            Kind::Case { subject, arms } => self.case(subject, arms),
            Kind::Arithmetic(word) => {
                let text = self.text(word)?;
                self.arithmetic_status(&text)
            }
            Kind::Condition(condition) => self.condition(condition),
            Kind::Function { name, body } => self.define(name, body),
        }
    }

    /// `((…))` and `let`: success is what is not 0; a mistake is 1.
    pub(in super::super) fn arithmetic_status(&mut self, text: &[u8]) -> Ran {
        match self.try_evaluate(text)? {
            Ok(value) => Ok(Status::from(value != 0)),
            Err(message) => {
                self.complain(&format!("((: {message}"));
                Ok(Status::FAILURE)
            }
        }
    }

    /// Whether a loop goes on. `break` in its condition ends it, too.
    fn goes_on(&mut self, condition: &[Item], until: bool) -> Result<bool, Flow> {
        match self.turn(|shell| shell.unguarded(|shell| shell.list(condition)))? {
            Turn::GoOn(status) => Ok(status.success() != until),
            Turn::Leave(_) => Ok(false),
        }
    }

    fn looped(&mut self, work: impl FnOnce(&mut Self) -> Ran) -> Ran {
        self.state.loops += 1;
        let result = work(self);
        self.state.loops = self.state.loops.saturating_sub(1);
        result
    }

    /// The body of a loop once; `break` and `continue` end here when they are meant for this loop.
    fn turn(&mut self, body: impl FnOnce(&mut Self) -> Ran) -> Result<Turn, Flow> {
        self.step()?;
        let nesting = self.process.stage.budget.nesting();
        let result = body(self);
        if result.is_err() {
            self.process.stage.budget.nest_again(nesting);
        }
        match result {
            Ok(status) => Ok(Turn::GoOn(status)),
            Err(Flow::Break(1)) => Ok(Turn::Leave(Status::SUCCESS)),
            Err(Flow::Continue(1)) => Ok(Turn::GoOn(Status::SUCCESS)),
            Err(Flow::Break(n)) => Err(Flow::Break(n - 1)),
            Err(Flow::Continue(n)) => Err(Flow::Continue(n - 1)),
            Err(flow) => Err(flow),
        }
    }

    fn for_each(&mut self, name: &str, words: Option<&[Word]>, body: &[Item]) -> Ran {
        let mut values = Vec::new();
        match words {
            Some(words) => {
                for word in words {
                    self.fields(word, &mut values)?;
                }
            }
            None => values = self.state.parameters.to_vec(),
        }
        self.looped(|shell| {
            let mut last = Status::SUCCESS;
            for value in &values {
                shell.trace_for(name, &values);
                shell.assign(name, None, value.clone(), false)?;
                match shell.turn(|shell| shell.list(body))? {
                    Turn::GoOn(status) => last = status,
                    Turn::Leave(status) => return Ok(status),
                }
            }
            Ok(last)
        })
    }

    fn arithmetic_for(&mut self, [initial, condition, update]: &[Word; 3], body: &[Item]) -> Ran {
        let mut last = Status::SUCCESS;
        self.arithmetic(initial)?;
        loop {
            let text = self.text(condition)?;
            if !text.iter().all(u8::is_ascii_whitespace) && self.evaluate(&text)? == 0 {
                return Ok(last);
            }
            match self.turn(|shell| shell.list(body))? {
                Turn::GoOn(status) => last = status,
                Turn::Leave(status) => return Ok(status),
            }
            self.arithmetic(update)?;
        }
    }

    fn case(&mut self, subject: &Word, arms: &[Arm]) -> Ran {
        let text = self.text(subject)?;
        let mut status = Status::SUCCESS;
        let mut falls = false;
        for arm in arms {
            if !falls && !self.any_matches(&arm.patterns, &text)? {
                continue;
            }
            status = self.list(&arm.body)?;
            match arm.then {
                Then::End => return Ok(status),
                Then::Fall => falls = true,
                Then::GoOn => falls = false,
            }
        }
        Ok(status)
    }

    fn any_matches(&mut self, patterns: &[Word], text: &[u8]) -> Result<bool, Flow> {
        for pattern in patterns {
            if self.matches(pattern, text)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether all of a text matches a word taken as a pattern.
    pub(super) fn matches(&mut self, pattern: &Word, text: &[u8]) -> Result<bool, Flow> {
        let folded = self.state.options.shopt.contains("nocasematch");
        let pattern = self.pattern_text(pattern)?;
        self.study(text.len())?;
        let mut subject = Subject::new(text);
        let matches = Pattern::new(&pattern, true).folded(folded).matches(&mut subject);
        self.work(subject.work)?;
        Ok(matches)
    }

    fn define(&mut self, name: &str, body: &Rc<Command>) -> Ran {
        let posix = self.state.options.posix;
        let wrong = if posix && builtins::find(name).is_some_and(|b| b.special) {
            Some(format!("`{name}': is a special builtin"))
        } else if (posix && !is_name(name)) || name.contains(['$', '\'', '"', '`', '\\']) {
            Some(format!("`{name}': not a valid identifier"))
        } else {
            None
        };
        if let Some(wrong) = wrong {
            self.complain(&wrong);
            return if posix { Err(Flow::Exit(Status(2))) } else { Ok(Status::FAILURE) };
        }
        let source = self.state.name.to_vec();
        let function = Function { body: Rc::clone(body), is_scriptlets: self.state.is_scriptlets, source };
        Rc::make_mut(&mut self.state.functions).insert(name.to_owned(), function);
        Ok(Status::SUCCESS)
    }
}
