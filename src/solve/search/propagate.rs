//! What follows from a decision: two watched literals per clause.

use super::{super::rules::Literal, Search};

impl Search<'_> {
    /// Takes over everything that follows at this level; the rule that cannot hold, if there is one.
    pub(super) fn propagate(&mut self, level: i32) -> Option<u32> {
        while self.next < self.queue.len() {
            let failed = -self.queue[self.next];
            self.next += 1;
            let mut before = None;
            let mut number = self.rules.watching(failed);
            while number != 0 {
                let rule = self.rules.get(number);
                let i = usize::from(failed != rule.watch[0]);
                let (next, other) = (rule.next[i], rule.watch[1 - i]);
                if rule.off || self.is_true(other) {
                    before = Some((number, i));
                    number = next;
                    continue;
                }
                if rule.rest > 1
                    && let Some(to) = self.unfailed(number, other)
                {
                    self.rules.move_watch(number, i, failed, before, to);
                    number = next;
                    continue;
                }
                if self.is_false(other) {
                    return Some(number);
                }
                self.decide(other, level, number as i32);
                before = Some((number, i));
                number = next;
            }
        }
        None
    }

    /// A literal of the rule that has not failed and is not the other watched one.
    fn unfailed(&self, number: u32, other: Literal) -> Option<Literal> {
        self.rules.literals(number).find(|&l| l != other && !self.is_false(l))
    }
}
