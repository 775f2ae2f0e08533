//! Expressions at work.

use std::{cmp::Ordering, rc::Rc};

use super::{
    super::pattern::Pattern,
    cells::LONGEST,
    machine::{Machine, Stop},
    tree::{Arithmetic, Comparison, Expression, Source, Target},
    value::Value,
};

impl<'i> Machine<'i, '_, '_> {
    pub(super) fn is_true(&mut self, expression: &'i Expression) -> Result<bool, Stop> {
        Ok(self.evaluate(expression)?.is_true())
    }

    pub(super) fn evaluate(&mut self, expression: &'i Expression) -> Result<Value, Stop> {
        match expression {
            Expression::Number(value) => return Ok(Value::Number(*value)),
            Expression::Text(text) => return Ok(Value::Text(Rc::clone(text))),
            _ => {}
        }
        if !self.process.stage.budget.step() {
            return Err(Stop::Exhausted);
        }
        self.descend()?;
        let value = self.operate(expression);
        self.depth -= 1;
        value
    }

    fn operate(&mut self, expression: &'i Expression) -> Result<Value, Stop> {
        match expression {
            Expression::Value(target) => self.target(target),
            Expression::Assign(target, value) => {
                let value = self.evaluate(value)?;
                self.assign(target, value.clone())?;
                Ok(value)
            }
            Expression::AssignWith(target, operator, value) => self.assign_with(target, *operator, value),
            Expression::Step(target, by, gives_old) => {
                let old = self.target(target)?.number();
                self.assign(target, Value::Number(old + by))?;
                Ok(Value::Number(if *gives_old { old } else { old + by }))
            }
            Expression::Arithmetic(operator, sides) => {
                let left = self.evaluate(&sides[0])?.number();
                let right = self.evaluate(&sides[1])?.number();
                self.arithmetic(*operator, left, right)
            }
            Expression::Negate(value) => Ok(Value::Number(-self.evaluate(value)?.number())),
            Expression::Numeric(value) => Ok(Value::Number(self.evaluate(value)?.number())),
            Expression::Concatenate(parts) => self.concatenate(parts),
            Expression::Call(function, arguments) => self.call(*function, arguments),
            Expression::Builtin(builtin, arguments) => self.builtin(*builtin, arguments),
            Expression::Getline(source, target) => self.getline(source, target.as_ref()),
            Expression::List(values) => self.key(values).map(|key| Value::text(&key)),
            Expression::Number(_) | Expression::Text(_) => Ok(Value::Unset),
            _ => self.decide(expression).map(|truth| truth.unwrap_or_default()),
        }
    }

    /// What is true or false, and `?:`.
    fn decide(&mut self, expression: &'i Expression) -> Result<Option<Value>, Stop> {
        let truth = match expression {
            Expression::Pattern(_) => {
                let text = self.record_text();
                let pattern = self.pattern(expression)?;
                pattern.is_match(&text, &mut self.process.stage.budget)
            }
            Expression::Conditional(parts) => {
                let chosen = if self.is_true(&parts[0])? { &parts[1] } else { &parts[2] };
                return self.evaluate(chosen).map(Some);
            }
            Expression::And(sides) => self.is_true(&sides[0])? && self.is_true(&sides[1])?,
            Expression::Or(sides) => self.is_true(&sides[0])? || self.is_true(&sides[1])?,
            Expression::Not(value) => !self.is_true(value)?,
            Expression::Compare(operator, sides) => {
                let (left, right) = (self.evaluate(&sides[0])?, self.evaluate(&sides[1])?);
                let format = self.special(super::tree::CONVFMT);
                holds(*operator, left.compare(&right, &format))
            }
            Expression::Match(negated, sides) => {
                let text = self.evaluate(&sides[0])?;
                let text = self.bytes(&text);
                let pattern = self.pattern(&sides[1])?;
                pattern.is_match(&text, &mut self.process.stage.budget) != *negated
            }
            Expression::In(keys, array) => {
                let key = self.key(keys)?;
                self.array(*array)?.borrow().contains(&key)
            }
            _ => return Ok(None),
        };
        Ok(Some(Value::truth(truth)))
    }

    /// An expression where a pattern is wanted: between slashes, or any string.
    pub(super) fn pattern(&mut self, expression: &'i Expression) -> Result<Rc<Pattern>, Stop> {
        match expression {
            Expression::Pattern(pattern) if !self.ignores_case() => Ok(Rc::clone(pattern)),
            Expression::Pattern(pattern) => {
                let source = pattern.source().to_vec();
                self.compiled(&source)
            }
            _ => {
                let value = self.evaluate(expression)?;
                let source = self.bytes(&value);
                self.compiled(&source)
            }
        }
    }

    fn assign_with(&mut self, target: &'i Target, operator: Arithmetic, value: &'i Expression) -> Result<Value, Stop> {
        let right = self.evaluate(value)?.number();
        let left = self.target(target)?.number();
        let value = self.arithmetic(operator, left, right)?;
        self.assign(target, value.clone())?;
        Ok(value)
    }

    fn arithmetic(&mut self, operator: Arithmetic, left: f64, right: f64) -> Result<Value, Stop> {
        let value = match operator {
            Arithmetic::Add => left + right,
            Arithmetic::Subtract => left - right,
            Arithmetic::Multiply => left * right,
            Arithmetic::Divide | Arithmetic::Remainder if right == 0.0 => {
                return Err(self.fatal("division by zero attempted"));
            }
            Arithmetic::Divide => left / right,
            Arithmetic::Remainder => left % right,
            Arithmetic::Power => left.powf(right),
        };
        Ok(Value::Number(value))
    }

    fn concatenate(&mut self, parts: &'i [Expression]) -> Result<Value, Stop> {
        if let [one] = parts {
            return self.evaluate(one);
        }
        let mut out = Vec::new();
        for part in parts {
            let value = self.evaluate(part)?;
            out.extend_from_slice(&self.bytes(&value));
        }
        if out.len() > LONGEST {
            return Err(self.fatal("a string is too long"));
        }
        if !self.process.stage.budget.steps(out.len() as u64 / 256) {
            return Err(Stop::Exhausted);
        }
        Ok(Value::text(&out))
    }

    /// 1 with a record, 0 at the end, -1 when there is nothing to read.
    fn getline(&mut self, source: &'i Source, target: Option<&'i Target>) -> Result<Value, Stop> {
        let (result, record) = match source {
            Source::Main => match self.main_record()? {
                Some(record) => (1.0, record),
                None => (0.0, Vec::new()),
            },
            Source::File(name) => {
                let name = self.evaluate(name)?;
                let name = self.bytes(&name);
                self.other_record(&name, false)?
            }
            Source::Command(command) => {
                let command = self.evaluate(command)?;
                let command = self.bytes(&command);
                self.other_record(&command, true)?
            }
        };
        if result > 0.0 {
            match target {
                Some(target) => self.assign(target, Value::input(&record))?,
                None => self.set_record(&record),
            }
        }
        Ok(Value::Number(result))
    }
}

/// A NaN is unequal to everything.
fn holds(operator: Comparison, order: Option<Ordering>) -> bool {
    let Some(order) = order else { return operator == Comparison::NotEqual };
    match operator {
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    }
}
