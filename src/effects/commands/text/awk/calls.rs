//! Functions of the program.

use super::{
    cells::Cell,
    machine::{Machine, Stop},
    tree::{Expression, Target},
    value::Value,
};

/// Calls inside one another.
const DEEPEST: usize = 200;

impl<'i> Machine<'i, '_, '_> {
    pub(super) fn call(&mut self, function: usize, arguments: &'i [Expression]) -> Result<Value, Stop> {
        let function = &self.program.functions[function];
        if arguments.len() > function.parameters {
            return Err(self.fatal("function called with more arguments than declared"));
        }
        if self.locals.len() > DEEPEST * 50 {
            return Err(self.fatal("functions call each other too deeply"));
        }
        let mut cells = Vec::with_capacity(function.parameters);
        for argument in arguments {
            cells.push(match argument {
                Expression::Value(Target::Variable(place)) => self.share(*place),
                _ => Cell::Scalar(self.evaluate(argument)?),
            });
        }
        cells.resize(function.parameters, Cell::default());
        let (frame, depth) = (self.frame, self.depth);
        self.frame = self.locals.len();
        self.locals.extend(cells);
        let done = self.statements(&function.body);
        self.locals.truncate(self.frame);
        self.frame = frame;
        self.depth = depth;
        match done {
            Ok(()) => Ok(Value::Unset),
            Err(Stop::Return(value)) => Ok(value),
            Err(other) => Err(other),
        }
    }
}
