//! Which lines are the same, and a shortest way of edits from one text to the other.

use std::collections::HashMap;

use super::Settings;
use crate::effects::Budget;

/// What does not count when lines are compared.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sameness {
    pub case: bool,
    pub all_space: bool,
    pub space_change: bool,
    pub trailing_space: bool,
}

impl Sameness {
    /// A line as it is compared. A last line without its newline is not the same as one with it, unless white space is ignored.
    fn key(self, line: &[u8], whole: bool) -> Vec<u8> {
        let mut key = line.to_vec();
        if self.all_space {
            key.retain(|b| !is_space(*b));
        } else if self.space_change {
            let mut out: Vec<u8> = Vec::with_capacity(key.len());
            for byte in key {
                match is_space(byte) {
                    true if out.last() == Some(&b' ') => {}
                    true => out.push(b' '),
                    false => out.push(byte),
                }
            }
            key = out;
        }
        if self.space_change || self.trailing_space {
            let end = key.iter().rposition(|b| !is_space(*b)).map_or(0, |n| n + 1);
            key.truncate(end);
        }
        if self.case {
            key.make_ascii_lowercase();
        }
        if !whole && !self.all_space && !self.space_change && !self.trailing_space {
            key.push(b'\n');
        }
        key
    }
}

fn is_space(byte: u8) -> bool {
    byte == b' ' || (9..=13).contains(&byte)
}

/// A text's lines.
#[derive(Debug)]
pub(super) struct Text<'b> {
    pub lines: Vec<&'b [u8]>,
    /// Whether the last one has its newline.
    pub whole: bool,
}

impl<'b> Text<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        let lines = super::super::stream::lines(bytes, b'\n').collect();
        Self { lines, whole: bytes.is_empty() || bytes.ends_with(b"\n") }
    }
}

/// Lines of the first text in whose place are lines of the second; counted from 0, ends not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub old: (usize, usize),
    pub new: (usize, usize),
    /// Only empty lines, which do not count (`-B`).
    pub ignored: bool,
}

/// All changes, in order.
pub(super) fn changes(texts: &[Text<'_>; 2], settings: &Settings, budget: &mut Budget) -> Vec<Change> {
    let mut numbers: HashMap<Vec<u8>, usize> = HashMap::new();
    let classes = texts.each_ref().map(|text| {
        let last = text.lines.len();
        let lines = text.lines.iter().zip(1..);
        lines
            .map(|(line, n)| {
                let next = numbers.len();
                *numbers.entry(settings.same.key(line, text.whole || n < last)).or_insert(next)
            })
            .collect::<Vec<usize>>()
    });
    let _ = budget.steps((classes[0].len() + classes[1].len()) as u64);
    let mut changed = edits(&classes, budget);
    slide(&classes, &mut changed);
    let mut found = collected(&changed);
    if settings.blank_lines {
        for change in &mut found {
            let blank =
                |text: &Text<'_>, (start, end): (usize, usize)| text.lines[start..end].iter().all(|l| l.is_empty());
            change.ignored = blank(&texts[0], change.old) && blank(&texts[1], change.new);
        }
    }
    found
}

/// Which lines of each text are changed: what is the same at both ends, and what the other does not have at all, is told first.
fn edits(classes: &[Vec<usize>; 2], budget: &mut Budget) -> [Vec<bool>; 2] {
    let [a, b] = classes;
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let end = a[start..].iter().rev().zip(b[start..].iter().rev()).take_while(|(x, y)| x == y).count();
    let middles = [&a[start..a.len() - end], &b[start..b.len() - end]];
    let mut changed = [vec![false; a.len()], vec![false; b.len()]];
    let mut kept: [Vec<usize>; 2] = Default::default();
    for side in 0..2 {
        let other: std::collections::HashSet<usize> = middles[1 - side].iter().copied().collect();
        for (at, class) in middles[side].iter().enumerate() {
            if other.contains(class) {
                kept[side].push(start + at);
            } else {
                changed[side][start + at] = true;
            }
        }
    }
    let sequences = [0, 1].map(|side| kept[side].iter().map(|&n| classes[side][n]).collect::<Vec<_>>());
    let mut search = Search::new(&sequences);
    search.run(budget);
    for side in 0..2 {
        search.changed[side].iter().for_each(|&n| changed[side][kept[side][n]] = true);
    }
    changed
}

/// Myers' search for a shortest edit script, from both ends to the middle (An O(ND) Difference Algorithm and Its Variations, 1986).
struct Search<'s> {
    a: &'s [usize],
    b: &'s [usize],
    /// The furthest places reached on each diagonal, forwards and backwards.
    forward: Vec<isize>,
    backward: Vec<isize>,
    /// Lines found to be changed.
    changed: [Vec<usize>; 2],
}

impl<'s> Search<'s> {
    fn new(sequences: &'s [Vec<usize>; 2]) -> Self {
        let [a, b] = sequences;
        let diagonals = a.len() + b.len() + 3;
        Self { a, b, forward: vec![0; diagonals], backward: vec![0; diagonals], changed: Default::default() }
    }

    fn run(&mut self, budget: &mut Budget) {
        let mut left = vec![(0, self.a.len(), 0, self.b.len())];
        while let Some((mut a0, mut a1, mut b0, mut b1)) = left.pop() {
            while a0 < a1 && b0 < b1 && self.a[a0] == self.b[b0] {
                (a0, b0) = (a0 + 1, b0 + 1);
            }
            while a0 < a1 && b0 < b1 && self.a[a1 - 1] == self.b[b1 - 1] {
                (a1, b1) = (a1 - 1, b1 - 1);
            }
            if a0 == a1 || b0 == b1 || !budget.step() {
                self.changed[0].extend(a0..a1);
                self.changed[1].extend(b0..b1);
                continue;
            }
            let (x, y) = self.middle((a0, a1, b0, b1), budget);
            left.push((x, a1, y, b1));
            left.push((a0, x, b0, y));
        }
    }

    /// A place that a shortest way goes through.
    fn middle(&mut self, (a0, a1, b0, b1): (usize, usize, usize, usize), budget: &mut Budget) -> (usize, usize) {
        let (x0, x1, y0, y1) = (a0 as isize, a1 as isize, b0 as isize, b1 as isize);
        let offset = self.b.len() as isize + 1;
        let slot = |d: isize| (d + offset) as usize;
        let (lowest, highest) = (x0 - y1, x1 - y0);
        let (ahead, behind) = (x0 - y0, x1 - y1);
        let odd = (ahead - behind) % 2 != 0;
        let (mut f0, mut f1, mut r0, mut r1) = (ahead, ahead, behind, behind);
        self.forward[slot(ahead)] = x0;
        self.backward[slot(behind)] = x1;
        loop {
            if f0 > lowest {
                f0 -= 1;
                self.forward[slot(f0 - 1)] = -1;
            } else {
                f0 += 1;
            }
            if f1 < highest {
                f1 += 1;
                self.forward[slot(f1 + 1)] = -1;
            } else {
                f1 -= 1;
            }
            for d in (f0..=f1).rev().step_by(2) {
                let (low, high) = (self.forward[slot(d - 1)], self.forward[slot(d + 1)]);
                let mut x = if low < high { high } else { low + 1 };
                while x < x1 && x - d < y1 && self.a[x as usize] == self.b[(x - d) as usize] {
                    x += 1;
                }
                self.forward[slot(d)] = x;
                if odd && r0 <= d && d <= r1 && self.backward[slot(d)] <= x {
                    return (x as usize, (x - d) as usize);
                }
            }
            if r0 > lowest {
                r0 -= 1;
                self.backward[slot(r0 - 1)] = isize::MAX;
            } else {
                r0 += 1;
            }
            if r1 < highest {
                r1 += 1;
                self.backward[slot(r1 + 1)] = isize::MAX;
            } else {
                r1 -= 1;
            }
            for d in (r0..=r1).rev().step_by(2) {
                let (low, high) = (self.backward[slot(d - 1)], self.backward[slot(d + 1)]);
                let mut x = if low < high { low } else { high - 1 };
                while x > x0 && x - d > y0 && self.a[x as usize - 1] == self.b[(x - d) as usize - 1] {
                    x -= 1;
                }
                self.backward[slot(d)] = x;
                if !odd && f0 <= d && d <= f1 && x <= self.forward[slot(d)] {
                    return (x as usize, (x - d) as usize);
                }
            }
            if !budget.steps(1 + (f1 - f0) as u64 / 8) {
                return (a1, b0);
            }
        }
    }
}

/// Changed lines may slide over equal ones. Runs that meet when they do become one; then each goes down as far as it can, or to
/// where the other text has a change, too.
fn slide(classes: &[Vec<usize>; 2], changed: &mut [Vec<bool>; 2]) {
    let [old, new] = changed;
    slide_side(&classes[0], old, new);
    slide_side(&classes[1], new, old);
}

/// A run of changed lines, and the unchanged line of the other text that it stands before.
struct Run {
    start: usize,
    end: usize,
    /// How many unchanged lines are before it, in either text.
    before: usize,
}

fn slide_side(classes: &[usize], own: &mut [bool], other: &[bool]) {
    // For each number of unchanged lines: whether the other text has changed lines right behind so many.
    let mut gaps = vec![false];
    for &changed in other {
        if changed {
            *gaps.last_mut().expect("one at least") = true;
        } else {
            gaps.push(false);
        }
    }
    let has_gap = |before: usize| gaps.get(before).copied().unwrap_or(false);
    let (mut at, mut before) = (0, 0);
    while at < own.len() {
        if !own[at] {
            (at, before) = (at + 1, before + 1);
            continue;
        }
        let end = at + own[at..].iter().take_while(|c| **c).count();
        let mut run = Run { start: at, end, before };
        let mut matched;
        loop {
            let length = run.end - run.start;
            while run.start > 0 && classes[run.start - 1] == classes[run.end - 1] {
                up(own, &mut run);
            }
            matched = has_gap(run.before).then_some(run.end);
            while run.end < own.len() && classes[run.start] == classes[run.end] {
                down(own, &mut run);
                matched = if has_gap(run.before) { Some(run.end) } else { matched };
            }
            if run.end - run.start == length {
                break;
            }
        }
        while matched.is_some_and(|end| end < run.end) {
            up(own, &mut run);
        }
        (at, before) = (run.end, run.before);
    }
}

/// One line up, and together with the run that is met there.
fn up(own: &mut [bool], run: &mut Run) {
    (run.start, run.end, run.before) = (run.start - 1, run.end - 1, run.before - 1);
    (own[run.start], own[run.end]) = (true, false);
    while run.start > 0 && own[run.start - 1] {
        run.start -= 1;
    }
}

fn down(own: &mut [bool], run: &mut Run) {
    (own[run.start], own[run.end]) = (false, true);
    (run.start, run.end, run.before) = (run.start + 1, run.end + 1, run.before + 1);
    while own.get(run.end) == Some(&true) {
        run.end += 1;
    }
}

fn collected(changed: &[Vec<bool>; 2]) -> Vec<Change> {
    let [a, b] = changed;
    let (mut i, mut j) = (0, 0);
    let mut found = Vec::new();
    while i < a.len() || j < b.len() {
        let run = |side: &[bool], from: usize| from + side[from..].iter().take_while(|c| **c).count();
        let (old, new) = ((i, run(a, i)), (j, run(b, j)));
        if old.0 < old.1 || new.0 < new.1 {
            found.push(Change { old, new, ignored: false });
        }
        (i, j) = (old.1 + 1, new.1 + 1);
    }
    found
}
