//! Variables and arrays.

use std::{cell::RefCell, rc::Rc};

use super::{
    arrays::Table,
    machine::{Machine, Stop},
    tree::{self, Expression, Place, Target},
    value::Value,
};

/// An array, shared by the functions it was given to.
pub(super) type Array = Rc<RefCell<Table>>;

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    Scalar(Value),
    Array(Array),
    /// Nobody knows yet. A function it is given to may make it an array, which then is this one.
    Open(Array),
}

impl Default for Cell {
    fn default() -> Self {
        Self::Scalar(Value::Unset)
    }
}

/// Bytes a string may have.
pub(super) const LONGEST: usize = 64 << 20;

impl<'i> Machine<'i, '_, '_> {
    fn cell(&mut self, place: Place) -> &mut Cell {
        match place {
            Place::Global(at) => &mut self.globals[at],
            Place::Local(at) => {
                let base = self.frame;
                &mut self.locals[base + at]
            }
        }
    }

    /// A variable's value.
    pub(super) fn variable(&mut self, place: Place) -> Result<Value, Stop> {
        if place == Place::Global(tree::NF) {
            self.split_record();
            return Ok(Value::Number(self.record.fields.len() as f64));
        }
        match self.cell(place) {
            Cell::Scalar(value) => Ok(value.clone()),
            Cell::Open(_) => Ok(Value::Unset),
            Cell::Array(_) => Err(self.fatal("attempt to use an array in a scalar context")),
        }
    }

    pub(super) fn set_variable(&mut self, place: Place, value: Value) -> Result<(), Stop> {
        if place == Place::Global(tree::NF) {
            return self.set_field_count(value.number());
        }
        match self.cell(place) {
            Cell::Array(_) => Err(self.fatal("attempt to use an array in a scalar context")),
            cell => {
                *cell = Cell::Scalar(value);
                Ok(())
            }
        }
    }

    /// A variable as an array, which it becomes where it was nothing.
    pub(super) fn array(&mut self, place: Place) -> Result<Array, Stop> {
        let cell = self.cell(place);
        let array = match cell {
            Cell::Array(array) => return Ok(Rc::clone(array)),
            Cell::Open(array) => Rc::clone(array),
            Cell::Scalar(Value::Unset) => Array::default(),
            Cell::Scalar(_) => return Err(self.fatal("attempt to use a scalar as an array")),
        };
        *cell = Cell::Array(Rc::clone(&array));
        Ok(array)
    }

    /// What a function is given for a plain name: the array, the value, or what may become an array.
    pub(super) fn share(&mut self, place: Place) -> Cell {
        if place == Place::Global(tree::NF) {
            return Cell::Scalar(self.variable(place).unwrap_or_default());
        }
        let cell = self.cell(place);
        if let Cell::Scalar(Value::Unset) = cell {
            *cell = Cell::Open(Array::default());
        }
        // Once it is an array for someone, it is one for all it was given to.
        if let Cell::Open(array) = cell
            && !array.borrow().is_empty()
        {
            *cell = Cell::Array(Rc::clone(array));
        }
        cell.clone()
    }

    /// The subscript of some expressions.
    pub(super) fn key(&mut self, keys: &'i [Expression]) -> Result<Vec<u8>, Stop> {
        if let [one] = keys {
            let value = self.evaluate(one)?;
            return Ok(self.bytes(&value).to_vec());
        }
        let mut parts = Vec::with_capacity(keys.len());
        for key in keys {
            let value = self.evaluate(key)?;
            parts.push(self.bytes(&value).to_vec());
        }
        let separator = self.special(tree::SUBSEP);
        Ok(parts.join(&separator[..]))
    }

    /// The value of something that can be assigned to; an element that is asked for is there from then on.
    pub(super) fn target(&mut self, target: &'i Target) -> Result<Value, Stop> {
        match target {
            Target::Variable(place) => self.variable(*place),
            Target::Field(number) => {
                let number = self.evaluate(number)?.number();
                self.field(number)
            }
            Target::Element(place, keys) => {
                let key = self.key(keys)?;
                let array = self.array(*place)?;
                let mut array = array.borrow_mut();
                if !array.contains(&key) {
                    self.process.stage.budget.steps(4).then_some(()).ok_or(Stop::Exhausted)?;
                }
                Ok(array.element(key).clone())
            }
        }
    }

    pub(super) fn assign(&mut self, target: &'i Target, value: Value) -> Result<(), Stop> {
        match target {
            Target::Variable(place) => self.set_variable(*place, value),
            Target::Field(number) => {
                let number = self.evaluate(number)?.number();
                self.set_field(number, value)
            }
            Target::Element(place, keys) => {
                let key = self.key(keys)?;
                let array = self.array(*place)?;
                self.process.stage.budget.steps(4).then_some(()).ok_or(Stop::Exhausted)?;
                array.borrow_mut().insert(key, value);
                Ok(())
            }
        }
    }

    /// A special variable as a string.
    pub(super) fn special(&mut self, place: usize) -> Rc<[u8]> {
        let value = match &self.globals[place] {
            Cell::Scalar(value) => value.clone(),
            _ => Value::Unset,
        };
        value.bytes(b"%.6g")
    }

    pub(super) fn set_special(&mut self, place: usize, value: Value) {
        self.globals[place] = Cell::Scalar(value);
    }

    /// A value as a string, by CONVFMT where that counts.
    pub(super) fn bytes(&mut self, value: &Value) -> Rc<[u8]> {
        match value {
            Value::Number(number) if number.fract() != 0.0 => {
                let format = self.special(tree::CONVFMT);
                value.bytes(&format)
            }
            _ => value.bytes(b"%.6g"),
        }
    }
}
