//! The instructions at work: in lockstep for the longest end, backtracking for groups and back-references.

use super::{
    node::{Look, symbol, symbol_before},
    program::{Goal, Instruction, Program},
};
use crate::effects::Budget;

/// Slots as a match leaves them.
type Slots = Vec<Option<usize>>;
/// Bits of the memory of a backtracking run; with more, it goes on without.
const MEMORY: usize = 1 << 24;

/// What is left to try.
enum Job {
    Go { pc: usize, at: usize },
    Restore { slot: usize, old: Option<usize> },
}

impl Program {
    /// Where the longest match that starts at `start` ends. All ways are followed at once, so it is linear.
    pub fn longest(&self, subject: &[u8], start: usize, budget: &mut Budget) -> Option<usize> {
        let mut now = vec![0];
        let (mut at, mut end) = (start, None);
        loop {
            let places = self.closure(&now, subject, at);
            if places.iter().any(|&pc| matches!(self.code[pc], Instruction::Match)) {
                end = Some(at);
            }
            if places.is_empty() || !budget.steps(1 + places.len() as u64 / 32) {
                return end;
            }
            let Some((symbol, length)) = symbol(&subject[at..]) else { return end };
            let taken = |pc: &&usize| matches!(self.code[**pc], Instruction::Set(s) if self.sets[s].contains(symbol));
            now = places.iter().filter(taken).map(|pc| pc + 1).collect();
            at += length;
        }
    }

    /// Everywhere one gets from there without taking a character.
    fn closure(&self, from: &[usize], subject: &[u8], at: usize) -> Vec<usize> {
        let mut seen = vec![false; self.code.len()];
        let mut left = from.to_vec();
        let mut places = Vec::new();
        while let Some(pc) = left.pop() {
            if std::mem::replace(&mut seen[pc], true) {
                continue;
            }
            match self.code[pc] {
                Instruction::Set(_) | Instruction::Match => places.push(pc),
                Instruction::Split(a, b) => left.extend([a, b]),
                Instruction::Jump(to) => left.push(to),
                Instruction::Look(look) if !holds(look, subject, at) => {}
                _ => left.push(pc + 1),
            }
        }
        places
    }

    /// A match that starts at `start`: where each group is, the whole first.
    pub fn run(
        &self,
        subject: &[u8],
        start: usize,
        goal: Goal,
        budget: &mut Budget,
    ) -> Option<Vec<Option<(usize, usize)>>> {
        let slots = self.backtrack(subject, 0, start, vec![None; self.slots], goal, budget)?;
        let groups = (0..=self.groups).map(|n| Some((slots[2 * n]?, slots[2 * n + 1]?)));
        Some(groups.collect())
    }

    /// Tries all ways from instruction `pc` on, in order. Steps are counted: with back-references their number has no bound.
    fn backtrack(
        &self,
        subject: &[u8],
        pc: usize,
        start: usize,
        mut slots: Slots,
        goal: Goal,
        budget: &mut Budget,
    ) -> Option<Slots> {
        let limit = if let Goal::Exactly(end) = goal { end } else { subject.len() };
        let width = limit - start + 1;
        let mut seen =
            (self.regular && self.code.len() * width <= MEMORY).then(|| vec![0u64; self.code.len() * width / 64 + 1]);
        if slots[0].is_none() {
            slots[0] = Some(start);
        }
        let mut best: Option<Slots> = None;
        let mut jobs = vec![Job::Go { pc, at: start }];
        let mut count = 0u32;
        while let Some(job) = jobs.pop() {
            let (mut pc, mut at) = match job {
                Job::Go { pc, at } => (pc, at),
                Job::Restore { slot, old } => {
                    slots[slot] = old;
                    continue;
                }
            };
            loop {
                count += 1;
                if count.is_multiple_of(8) && !budget.step() {
                    return None;
                }
                if let Some(seen) = &mut seen {
                    let bit = pc * width + (at - start);
                    if seen[bit / 64] & (1 << (bit % 64)) != 0 {
                        break;
                    }
                    seen[bit / 64] |= 1 << (bit % 64);
                }
                if let Instruction::Match = self.code[pc] {
                    let longer = best.as_ref().is_none_or(|b| b[1] < Some(at));
                    if longer && (!matches!(goal, Goal::Exactly(_)) || at == limit) {
                        let mut found = slots.clone();
                        found[1] = Some(at);
                        if goal != Goal::Longest || at == limit {
                            return Some(found);
                        }
                        best = Some(found);
                    }
                    break;
                }
                match self.turn(subject, limit, pc, at, &mut slots, &mut jobs, budget) {
                    Some((next, to)) => (pc, at) = (next, to),
                    None => break,
                }
            }
        }
        best
    }

    /// One instruction: where it leads, if anywhere.
    #[allow(clippy::too_many_arguments)] // the state of one run
    fn turn(
        &self,
        subject: &[u8],
        limit: usize,
        pc: usize,
        at: usize,
        slots: &mut Slots,
        jobs: &mut Vec<Job>,
        budget: &mut Budget,
    ) -> Option<(usize, usize)> {
        match self.code[pc] {
            Instruction::Set(set) => {
                let (symbol, length) = symbol(&subject[at..])?;
                (self.sets[set].contains(symbol) && at + length <= limit).then_some((pc + 1, at + length))
            }
            Instruction::Look(look) => holds(look, subject, at).then_some((pc + 1, at)),
            Instruction::Save(slot) => {
                jobs.push(Job::Restore { slot, old: slots[slot] });
                slots[slot] = Some(at);
                Some((pc + 1, at))
            }
            Instruction::Split(first, second) => {
                jobs.push(Job::Go { pc: second, at });
                Some((first, at))
            }
            Instruction::Jump(to) => Some((to, at)),
            Instruction::Progress(slot) => (slots[slot] != Some(at)).then_some((pc + 1, at)),
            Instruction::Reference(group) => {
                let text = &subject[slots[2 * group]?..slots[2 * group + 1]?];
                let here = subject.get(at..at + text.len()).filter(|_| at + text.len() <= limit)?;
                let same = here == text || self.ignore_case && here.eq_ignore_ascii_case(text);
                let _ = budget.steps(text.len() as u64 / 256);
                same.then_some((pc + 1, at + text.len()))
            }
            Instruction::Assert { end, ahead, negative } => {
                let found = self.assertion(subject, pc + 1, at, ahead, slots, budget);
                let holds = found.is_some() != negative;
                if let (Some(found), false) = (found, negative) {
                    for (slot, new) in found.into_iter().enumerate().skip(2) {
                        if slots[slot] != new {
                            jobs.push(Job::Restore { slot, old: slots[slot] });
                            slots[slot] = new;
                        }
                    }
                }
                holds.then_some((end, at))
            }
            Instruction::Match => None,
        }
    }

    /// Whether the instructions from `pc` match ahead of a place, or end at it. Assertions inside one another are as deep as the
    /// parser lets groups be.
    fn assertion(
        &self,
        subject: &[u8],
        pc: usize,
        at: usize,
        ahead: bool,
        slots: &Slots,
        budget: &mut Budget,
    ) -> Option<Slots> {
        if ahead {
            return self.backtrack(subject, pc, at, slots.clone(), Goal::First, budget);
        }
        let mut starts = (0..=at).rev();
        starts.find_map(|start| self.backtrack(subject, pc, start, slots.clone(), Goal::Exactly(at), budget))
    }
}

fn holds(look: Look, subject: &[u8], at: usize) -> bool {
    let is_word =
        |s: Option<u32>| s.and_then(|s| u8::try_from(s).ok()).is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
    let before = || is_word(symbol_before(&subject[..at]));
    let after = || is_word(symbol(&subject[at..]).map(|(s, _)| s));
    match look {
        Look::Start => at == 0,
        Look::End => at == subject.len(),
        Look::LineStart => at == 0 || subject[at - 1] == b'\n',
        Look::LineEnd => subject.get(at).is_none_or(|&b| b == b'\n'),
        Look::Boundary => before() != after(),
        Look::Inside => before() == after(),
        Look::WordStart => !before() && after(),
        Look::WordEnd => before() && !after(),
    }
}
