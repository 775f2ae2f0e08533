//! Statements at work.

use super::{
    format,
    machine::{Machine, Stop},
    tree::{self, Expression, Statement, Way},
    value::Value,
};
use crate::effects::process::Status;

impl<'i> Machine<'i, '_, '_> {
    pub(super) fn statements(&mut self, statements: &'i [Statement]) -> Result<(), Stop> {
        statements.iter().try_for_each(|s| self.statement(s))
    }

    pub(super) fn statement(&mut self, statement: &'i Statement) -> Result<(), Stop> {
        if !self.process.stage.budget.step() {
            return Err(Stop::Exhausted);
        }
        self.descend()?;
        let done = self.perform(statement);
        self.depth -= 1;
        done
    }

    fn perform(&mut self, statement: &'i Statement) -> Result<(), Stop> {
        match statement {
            Statement::Expression(expression) => self.evaluate(expression).map(drop),
            Statement::Print(values, output) => self.print(values, output.as_ref()),
            Statement::Printf(values, output) => self.printf(values, output.as_ref()),
            Statement::Block(body) => self.statements(body),
            Statement::If(condition, yes, no) => match (self.is_true(condition)?, no) {
                (true, _) => self.statement(yes),
                (false, Some(no)) => self.statement(no),
                (false, None) => Ok(()),
            },
            Statement::While(condition, body) => {
                while self.is_true(condition)? && self.turn(body)? {}
                Ok(())
            }
            Statement::Do(body, condition) => {
                while self.turn(body)? && self.is_true(condition)? {}
                Ok(())
            }
            Statement::For(start, condition, step, body) => {
                start.as_ref().map_or(Ok(()), |s| self.statement(s))?;
                while condition.as_ref().map_or(Ok(true), |c| self.is_true(c))? && self.turn(body)? {
                    step.as_ref().map_or(Ok(()), |s| self.statement(s))?;
                }
                Ok(())
            }
            Statement::ForIn(target, array, body) => {
                let array = self.array(*array)?;
                let keys = array.borrow().keys();
                for key in keys {
                    self.assign(target, Value::input(&key))?;
                    if !self.turn(body)? {
                        break;
                    }
                }
                Ok(())
            }
            Statement::Switch(value, cases) => self.switch(value, cases),
            _ => self.leave(statement),
        }
    }

    /// Statements that go elsewhere, and `delete`.
    fn leave(&mut self, statement: &'i Statement) -> Result<(), Stop> {
        match statement {
            Statement::Break => Err(Stop::Break),
            Statement::Continue => Err(Stop::Continue),
            Statement::Next => Err(Stop::Next),
            Statement::NextFile => Err(Stop::NextFile),
            Statement::Exit(value) => {
                if let Some(value) = value {
                    self.status = Status(self.evaluate(value)?.number() as i64 as u8);
                }
                Err(Stop::Exit)
            }
            Statement::Return(value) => {
                let value = value.as_ref().map_or(Ok(Value::Unset), |v| self.evaluate(v))?;
                Err(Stop::Return(value))
            }
            Statement::Delete(place, None) => {
                self.array(*place)?.borrow_mut().clear();
                Ok(())
            }
            Statement::Delete(place, Some(keys)) => {
                let key = self.key(keys)?;
                self.array(*place)?.borrow_mut().remove(&key);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// One turn of a loop; false when it was left.
    fn turn(&mut self, body: &'i Statement) -> Result<bool, Stop> {
        let depth = self.depth;
        let done = self.statement(body);
        self.depth = depth;
        match done {
            Ok(()) | Err(Stop::Continue) => Ok(true),
            Err(Stop::Break) => Ok(false),
            Err(other) => Err(other),
        }
    }

    fn switch(&mut self, value: &'i Expression, cases: &'i [(Option<Expression>, Vec<Statement>)]) -> Result<(), Stop> {
        let value = self.evaluate(value)?;
        let mut chosen = None;
        for (at, (label, _)) in cases.iter().enumerate() {
            let is = match label {
                None => false,
                Some(Expression::Pattern(pattern)) => {
                    let text = self.bytes(&value);
                    pattern.is_match(&text, &mut self.process.stage.budget)
                }
                Some(label) => {
                    let label = self.evaluate(label)?;
                    value.compare(&label, b"%.6g").is_some_and(std::cmp::Ordering::is_eq)
                }
            };
            if is {
                chosen = Some(at);
                break;
            }
        }
        let Some(start) = chosen.or_else(|| cases.iter().position(|(label, _)| label.is_none())) else { return Ok(()) };
        let depth = self.depth;
        for (_, body) in &cases[start..] {
            match self.statements(body) {
                Ok(()) => {}
                Err(Stop::Break) => {
                    self.depth = depth;
                    return Ok(());
                }
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    fn output(&mut self, output: Option<&'i (Way, Expression)>) -> Result<Option<(Way, Vec<u8>)>, Stop> {
        let Some((way, name)) = output else { return Ok(None) };
        let name = self.evaluate(name)?;
        let name = self.bytes(&name).to_vec();
        if name.is_empty() {
            return Err(self.fatal("expression for `>' redirection has null string value"));
        }
        Ok(Some((*way, name)))
    }

    fn print(&mut self, values: &'i [Expression], output: Option<&'i (Way, Expression)>) -> Result<(), Stop> {
        let mut out = Vec::new();
        if values.is_empty() {
            out.extend_from_slice(&self.record_text());
        }
        let format = self.special(tree::OFMT);
        for (at, value) in values.iter().enumerate() {
            let value = self.evaluate(value)?;
            if at > 0 {
                out.extend_from_slice(&self.special(tree::OFS));
            }
            out.extend_from_slice(&value.bytes(&format));
        }
        out.extend_from_slice(&self.special(tree::ORS));
        let output = self.output(output)?;
        self.write(&out, output)
    }

    fn printf(&mut self, values: &'i [Expression], output: Option<&'i (Way, Expression)>) -> Result<(), Stop> {
        let text = self.formatted(values)?;
        let output = self.output(output)?;
        self.write(&text, output)
    }

    /// A format and its values.
    pub(super) fn formatted(&mut self, values: &'i [Expression]) -> Result<Vec<u8>, Stop> {
        let mut all = Vec::with_capacity(values.len());
        for value in values {
            all.push(self.evaluate(value)?);
        }
        let Some((first, rest)) = all.split_first() else { return Err(self.fatal("printf: no format")) };
        let first = self.bytes(first);
        let convert = self.special(tree::CONVFMT);
        match format::format(&first, rest, &convert) {
            Some(text) if self.process.stage.budget.steps(text.len() as u64 / 256) => Ok(text),
            Some(_) => Err(Stop::Exhausted),
            None => Err(self.fatal("not enough arguments to satisfy format string")),
        }
    }
}
