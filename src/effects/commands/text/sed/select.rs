//! Which lines a command is for.

use super::{
    machine::{Machine, Range},
    script::{Address, End, Selector},
};

impl Machine<'_, '_, '_> {
    pub(super) fn selects(&mut self, selector: &Selector, index: usize) -> bool {
        let Some(first) = &selector.first else { return !selector.negated };
        let inside = match (&selector.end, self.ranges[index]) {
            (None, _) => self.is_at(first),
            (Some(end), Range::Outside) => self.is_at(first) && self.enter(end, index),
            (Some(end), Range::Inside(until)) => self.stay(first, end, until, index),
        };
        inside != selector.negated
    }

    /// The first line of a range; it may be the last, too.
    fn enter(&mut self, end: &End, index: usize) -> bool {
        let line = self.input.line;
        let until = match end {
            End::At(Address::Line(last)) => Some(*last),
            End::At(_) => None,
            End::Count(more) => Some(line.saturating_add(*more)),
            End::Multiple(of) if *of > 0 => Some(line.div_ceil(*of).saturating_mul(*of)),
            End::Multiple(_) => Some(line),
        };
        if until.is_none_or(|last| last > line) {
            self.ranges[index] = Range::Inside(until);
        }
        true
    }

    /// A later line: in the range, or past an end that was jumped over.
    fn stay(&mut self, first: &Address, end: &End, until: Option<u64>, index: usize) -> bool {
        if let Some(last) = until {
            if self.input.line >= last {
                self.ranges[index] = Range::Outside;
            }
            return self.input.line <= last || self.is_at(first);
        }
        if let End::At(address) = end
            && self.is_at(address)
        {
            self.ranges[index] = Range::Outside;
        }
        true
    }

    fn is_at(&mut self, address: &Address) -> bool {
        let line = self.input.line;
        match address {
            Address::Zero => false,
            Address::Line(wanted) => line == *wanted,
            Address::Step(first, step) => line >= *first && (line - first).is_multiple_of(*step),
            Address::Last => self.input.is_last(self.process),
            Address::Pattern(expression) => {
                let Some(pattern) = self.pattern(expression) else { return false };
                pattern.is_match(&self.space, &mut self.process.stage.budget)
            }
        }
    }
}
