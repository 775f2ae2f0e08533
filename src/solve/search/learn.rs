//! Conflicts: what is learnt from them, and when there is no way out.

use std::collections::HashSet;

use super::{
    super::rules::{Literal, package},
    HOPELESS, Search,
};

/// From which rules each learnt rule follows.
#[derive(Default)]
pub(super) struct Proofs {
    of_learnt: Vec<Vec<u32>>,
}

impl Search<'_> {
    /// Decides freely (0: not), and follows up; after conflicts at a lower level. [`HOPELESS`]: no solution; 0: weak rules
    /// were switched off, begin again.
    pub(super) fn pursue(&mut self, mut level: i32, decision: Literal, rule: u32) -> i32 {
        if decision != 0 {
            level += 1;
            self.decide(decision, level, -(rule as i32));
        }
        while let Some(failed) = self.propagate(level) {
            if level == 1 {
                return self.refute(failed);
            }
            let (back, learnt) = self.learn(level, failed);
            level = back;
            self.decide(self.rules.get(learnt).head, level, learnt as i32);
        }
        level
    }

    /// Undoes decisions above a level. The rule for which the first of them was chosen.
    pub(super) fn revert(&mut self, level: i32) -> u32 {
        let mut first = 0;
        while let Some(&l) = self.queue.last() {
            if self.level(package(l)).abs() <= level {
                break;
            }
            self.levels[package(l).0 as usize] = 0;
            self.queue.pop();
            first = self.why.pop().unwrap_or(0);
        }
        self.next = self.next.min(self.queue.len());
        self.forget_branches(level);
        self.preferred.rewind(self.queue.len());
        u32::try_from(-first).unwrap_or(0)
    }

    /// First implication point of a conflict: the level to go back to and the new rule.
    fn learn(&mut self, level: i32, failed: u32) -> (i32, u32) {
        let mut proof = Vec::new();
        let mut seen = HashSet::new();
        let (mut others, mut back): (Vec<Literal>, i32) = (Vec::new(), 1);
        let (mut here, mut basic) = (0usize, 0usize);
        let (mut at, mut rule, mut point) = (self.queue.len(), failed, 0);
        loop {
            proof.push(rule);
            for l in self.rules.literals(rule) {
                if self.is_true(l) || !seen.insert(package(l)) {
                    continue;
                }
                match self.level(package(l)).abs() {
                    1 => basic += 1,
                    l_level if l_level == level => here += 1,
                    l_level => {
                        others.push(l);
                        back = back.max(l_level);
                    }
                }
            }
            // The next literal to look behind: first those of this level, then those that follow from the rules alone.
            let why = loop {
                if here == 0 && basic == 0 {
                    break 0;
                }
                at -= 1;
                let l = self.queue[at];
                if !seen.remove(&package(l)) {
                    continue;
                }
                if here > 0 {
                    here -= 1;
                    if here == 0 {
                        point = -l;
                        for &l in &others {
                            seen.remove(&package(l));
                        }
                        continue;
                    }
                } else {
                    basic -= 1;
                }
                if self.why[at] > 0 {
                    break self.why[at] as u32;
                }
            };
            if why == 0 {
                break;
            }
            rule = why;
        }
        self.revert(back);
        let learnt = self.rules.add(point, &others);
        self.proofs.of_learnt.push(proof);
        if others.is_empty() {
            self.rules.assertions.push(learnt);
        } else {
            self.watch_highest(learnt);
            self.rules.watch(learnt);
        }
        (back, learnt)
    }

    /// Puts the second watch on the literal decided last.
    fn watch_highest(&mut self, number: u32) {
        if self.rules.get(number).rest < 2 {
            return;
        }
        let mut best = (0, 0);
        for &l in self.rules.rest(number) {
            let level = self.level(package(l)).abs();
            if level > best.0 {
                best = (level, l);
            }
        }
        if best.0 > 0 {
            self.rules.get_mut(number).watch[1] = best.1;
        }
    }

    /// A rule fails at level 1: either weak rules take part, and the last of them goes, or there is no solution.
    pub(super) fn refute(&mut self, failed: u32) -> i32 {
        let mut proof = Vec::new();
        let mut involved = HashSet::new();
        let mut expanded = HashSet::new();
        self.expand(failed, &mut proof, &mut expanded);
        involved.extend(self.rules.literals(failed).map(package));
        for at in (0..self.queue.len()).rev() {
            if !involved.contains(&package(self.queue[at])) || self.why[at] <= 0 {
                continue;
            }
            let rule = self.why[at] as u32;
            self.expand(rule, &mut proof, &mut expanded);
            involved.extend(self.rules.literals(rule).map(package));
        }
        self.refute_by(proof)
    }

    /// As [`Search::refute`], with the rules of the proof.
    pub(super) fn refute_by(&mut self, proof: Vec<u32>) -> i32 {
        let choices = self.rules.choices.clone();
        match proof.iter().copied().filter(|&n| choices.contains(&n) || self.is_wish(n)).max() {
            Some(weak) => {
                if choices.contains(&weak) {
                    self.drop_choice(weak);
                } else {
                    self.rules.get_mut(weak).off = true;
                }
                self.reset();
                0
            }
            None => {
                self.refuted = proof;
                HOPELESS
            }
        }
    }

    /// Whether a rule is that of a job that may be given up, or of its best.
    fn is_wish(&self, rule: u32) -> bool {
        let (jobs, best) = (&self.rules.jobs, &self.rules.best);
        match rule {
            n if jobs.contains(&n) => self.wishes.contains(&((n - jobs.start) as usize)),
            n if best.contains(&n) => self.wishes.contains(&self.rules.best_of[(n - best.start) as usize]),
            _ => false,
        }
    }

    /// Adds a rule to a proof, a learnt one as what it follows from.
    pub(super) fn expand(&self, rule: u32, proof: &mut Vec<u32>, seen: &mut HashSet<u32>) {
        let mut todo = vec![rule];
        while let Some(n) = todo.pop() {
            if !seen.insert(n) {
                continue;
            }
            match n.checked_sub(self.rules.learnt) {
                Some(i) => todo.extend(&self.proofs.of_learnt[i as usize]),
                None => proof.push(n),
            }
        }
    }

    /// Forgets all decisions, and the learnt rules that follow from rules that are off now.
    pub(super) fn reset(&mut self) {
        self.queue.iter().for_each(|l| self.levels[package(*l).0 as usize] = 0);
        self.queue.clear();
        self.why.clear();
        self.next = 0;
        self.branches.clear();
        self.wished.clear();
        self.preferred.rewind(0);
        for i in 0..self.proofs.of_learnt.len() {
            let off = self.proofs.of_learnt[i].iter().any(|&n| self.rules.get(n).off);
            self.rules.get_mut(self.rules.learnt + i as u32).off = off;
        }
    }

    /// Decides what rules of one literal say. A new level 1, or what [`Search::refute_by`] says.
    pub(super) fn assert_all(&mut self) -> i32 {
        let assertions = self.rules.assertions.clone();
        // What may be given up comes last.
        let (wishes, others): (Vec<u32>, Vec<u32>) = assertions.into_iter().partition(|&n| self.is_wish(n));
        for number in others.into_iter().chain(wishes) {
            let rule = *self.rules.get(number);
            if rule.off || rule.head == 0 || self.is_true(rule.head) {
                continue;
            }
            if !self.is_false(rule.head) {
                self.decide(rule.head, 1, number as i32);
                continue;
            }
            if number >= self.rules.learnt {
                self.rules.get_mut(number).off = true;
                continue;
            }
            if self.is_wish(number) {
                self.rules.get_mut(number).off = true;
                self.reset();
                return 0;
            }
            let mut proof = vec![number];
            let opposite = self.queue.iter().position(|&l| l == -rule.head);
            proof.extend(opposite.and_then(|at| u32::try_from(self.why[at]).ok()));
            return self.refute_by(proof);
        }
        1
    }
}
