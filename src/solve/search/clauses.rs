//! The clauses, numbered, in the sections libsolv numbers them in.

use std::{cmp::Ordering, ops::Range};

use super::super::{
    pool::Pkg,
    rules::{Literal, yes},
};

/// A clause: `head`, or one of the rest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    /// 0 in a placeholder.
    pub head: Literal,
    /// The rest begins here in the literals; unused where it is one literal, which is the second watch.
    start: u32,
    /// Literals beside the head.
    pub rest: u32,
    pub watch: [Literal; 2],
    /// The next rule that watches the same literal.
    pub next: [u32; 2],
    pub off: bool,
}

/// All clauses. Number 0 is none.
pub(super) struct Rules {
    all: Vec<Rule>,
    literals: Vec<Literal>,
    /// First rule watching a literal, by literal plus number of packages.
    watches: Vec<u32>,
    count: i32,
    pub packages: Range<u32>,
    pub features: Range<u32>,
    pub updates: Range<u32>,
    pub jobs: Range<u32>,
    pub arches: Range<u32>,
    pub best: Range<u32>,
    /// Which job a rule of `best` is of.
    pub best_of: Vec<usize>,
    pub obsoletions: Range<u32>,
    pub choices: Range<u32>,
    /// Which package rule a rule of `choices` narrows.
    pub choice_of: Vec<u32>,
    /// The first learnt one.
    pub learnt: u32,
    /// Rules of one literal.
    pub assertions: Vec<u32>,
}

impl Rules {
    pub fn new(packages: usize) -> Self {
        let none = Rule { head: 0, start: 0, rest: 0, watch: [0; 2], next: [0; 2], off: false };
        Self {
            all: vec![none],
            literals: Vec::new(),
            watches: vec![0; packages * 2 + 1],
            count: packages as i32,
            packages: 1..1,
            features: 0..0,
            updates: 0..0,
            jobs: 0..0,
            arches: 0..0,
            best: 0..0,
            best_of: Vec::new(),
            obsoletions: 0..0,
            choices: 0..0,
            choice_of: Vec::new(),
            learnt: 0,
            assertions: Vec::new(),
        }
    }

    /// The number the next rule gets.
    pub fn end(&self) -> u32 {
        self.all.len() as u32
    }

    pub fn get(&self, number: u32) -> &Rule {
        &self.all[number as usize]
    }

    pub fn get_mut(&mut self, number: u32) -> &mut Rule {
        &mut self.all[number as usize]
    }

    /// A rule with this head and rest, in that order.
    pub fn add(&mut self, head: Literal, rest: &[Literal]) -> u32 {
        let start = self.literals.len() as u32;
        if rest.len() > 1 {
            self.literals.extend_from_slice(rest);
        }
        self.push(head, rest.first().copied().unwrap_or(0), start, rest.len() as u32)
    }

    /// A package rule: two literals are put in order.
    pub fn add_sorted(&mut self, head: Literal, rest: &[Literal]) {
        match rest {
            [one] if *one < head => self.add(*one, &[head]),
            _ => self.add(head, rest),
        };
    }

    /// Literals to share between rules.
    pub fn share(&mut self, packages: &[Pkg]) -> u32 {
        let start = self.literals.len() as u32;
        self.literals.extend(packages.iter().map(|&p| yes(p)));
        start
    }

    /// A rule whose rest was shared.
    pub fn add_shared(&mut self, head: Literal, start: u32, rest: u32) {
        let first = self.literals[start as usize];
        if rest == 1 && first < head {
            self.push(first, head, start, 1);
        } else {
            self.push(head, first, start, rest);
        }
    }

    fn push(&mut self, head: Literal, second: Literal, start: u32, rest: u32) -> u32 {
        self.all.push(Rule { head, start, rest, watch: [head, second], next: [0; 2], off: false });
        self.end() - 1
    }

    /// The literals beside the head.
    pub fn rest(&self, number: u32) -> &[Literal] {
        let rule = &self.all[number as usize];
        match rule.rest {
            0 => &[],
            1 => std::slice::from_ref(&rule.watch[1]),
            n => &self.literals[rule.start as usize..(rule.start + n) as usize],
        }
    }

    /// All literals of a rule.
    pub fn literals(&self, number: u32) -> impl Iterator<Item = Literal> + '_ {
        let head = self.all[number as usize].head;
        std::iter::once(head).filter(|&h| h != 0).chain(self.rest(number).iter().copied())
    }

    /// Sorts the package rules and drops those that are there twice.
    pub fn unify(&mut self) {
        let mut rules = self.all.split_off(1);
        rules.sort_unstable_by(|a, b| self.compare(a, b));
        rules.dedup_by(|a, b| self.compare(a, b).is_eq());
        self.all.append(&mut rules);
        self.packages = 1..self.end();
    }

    /// Whether two rules say the same.
    pub fn same(&self, a: u32, b: u32) -> bool {
        self.compare(self.get(a), self.get(b)).is_eq()
    }

    fn compare(&self, a: &Rule, b: &Rule) -> Ordering {
        let long = |r: &Rule| &self.literals[r.start as usize..(r.start + r.rest) as usize];
        a.head.cmp(&b.head).then_with(|| match (a.rest > 1, b.rest > 1) {
            (false, false) => a.watch[1].cmp(&b.watch[1]),
            (false, true) => a.watch[1].cmp(&long(b)[0]).then(Ordering::Less),
            (true, false) => long(a)[0].cmp(&b.watch[1]).then(Ordering::Greater),
            (true, true) if a.start == b.start && a.rest == b.rest => Ordering::Equal,
            (true, true) => long(a).cmp(long(b)),
        })
    }

    /// Turns a rule into a placeholder.
    pub fn blank(&mut self, number: u32) {
        self.all[number as usize] = self.all[0];
    }

    /// All rules are there: sets up watches and assertions.
    pub fn seal(&mut self) {
        self.learnt = self.end();
        for n in (1..self.end()).rev() {
            self.watch(n);
        }
        self.assertions = (1..self.end()).filter(|&n| self.get(n).head != 0 && self.get(n).rest == 0).collect();
    }

    fn slot(&self, l: Literal) -> usize {
        (l + self.count) as usize
    }

    /// Enters a rule of two or more literals into the lists of those it watches.
    pub fn watch(&mut self, number: u32) {
        if self.get(number).rest == 0 {
            return;
        }
        for i in 0..2 {
            self.watch_one(number, i);
        }
    }

    fn watch_one(&mut self, number: u32, i: usize) {
        let slot = self.slot(self.get(number).watch[i]);
        self.all[number as usize].next[i] = self.watches[slot];
        self.watches[slot] = number;
    }

    /// The first rule that watches the literal.
    pub fn watching(&self, l: Literal) -> u32 {
        self.watches[self.slot(l)]
    }

    /// Moves watch `i` of a rule from `l` to `to`. `before`: the rule before it in the list of `l`, and which of its
    /// watches that is.
    pub fn move_watch(&mut self, number: u32, i: usize, l: Literal, before: Option<(u32, usize)>, to: Literal) {
        let next = self.get(number).next[i];
        match before {
            Some((b, j)) => self.all[b as usize].next[j] = next,
            None => {
                let slot = self.slot(l);
                self.watches[slot] = next;
            }
        }
        self.all[number as usize].watch[i] = to;
        self.watch_one(number, i);
    }
}
