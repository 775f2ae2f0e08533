//! In which order rpm installs and erases packages (rpm `lib/order.c`): what a package requires comes before it, of several that
//! wait for nothing the one most others wait for; where requirements go in circles, scriptlets' needs count most.
//!
//! What is left open by that is settled by the order in which packages are given, as in rpm.

use std::collections::VecDeque;

use super::{
    circles::circles,
    dialect::{Dialect, Weak},
    providers::{ORDERING, Providers, parts},
};
use crate::formats::rpm::{Dependency, FileEntry, Header, HeaderError, Relation, sense};

/// The ELF class that comes first on all four architectures (`%_prefer_color`).
const PREFERRED: u32 = 2;
/// Requirements rpm does not order by, unless a scriptlet has them.
const UNORDERED: u32 = sense::RPMLIB | sense::CONFIG | sense::PRETRANS | sense::POSTTRANS | sense::SCRIPT_VERIFY;
/// Requirements of scriptlets around installation, as rpm groups them.
const INSTALL: u32 =
    sense::SCRIPT_PRE | sense::SCRIPT_POST | sense::RPMLIB | sense::KEYRING | sense::PRETRANS | sense::POSTTRANS;
/// Requirements of scriptlets around erasure.
const ERASE: u32 = sense::SCRIPT_PREUN | sense::SCRIPT_POSTUN;
/// Any that says what a requirement is for: without one of them, `PREREQ` is the legacy tag.
const PURPOSES: u32 = INSTALL | ERASE | sense::SCRIPT_VERIFY | sense::INTERP | sense::META | (1 << 14) | (1 << 19);
/// `RPMSENSE_MISSINGOK`: a requirement that is only a wish.
const MISSING_OK: u32 = 1 << 19;

/// A package to be put in order.
#[derive(Clone, Copy, Debug)]
pub struct Element<'a> {
    /// Its header.
    pub header: &'a Header,
    /// The header's files.
    pub files: &'a [FileEntry],
}

/// Whether packages come or go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// They are installed.
    Install,
    /// They are erased: the other way round.
    Erase,
}

/// One package of the transaction. Edges are kept in the order they were found; rpm looks at the latest first.
#[derive(Default)]
pub(super) struct Node {
    /// Packages it waits for.
    waits: usize,
    /// Packages that wait for it.
    waited_for: usize,
    /// Who waits for it, and whether for a scriptlet.
    pub(super) dependents: Vec<(usize, bool)>,
    /// What it waits for, likewise.
    pub(super) needs: Vec<(usize, bool)>,
    color: u32,
}

impl Node {
    /// Packages it waits for.
    pub(super) fn waits(&self) -> usize {
        self.waits
    }
}

/// The places of `packages` in the order rpm takes them.
pub fn transaction_order(
    packages: &[Element<'_>],
    direction: Direction,
    dialect: &Dialect,
) -> Result<Vec<usize>, HeaderError> {
    let nodes = graph(packages, direction, dialect)?;
    let circles = circles(&nodes, dialect.circles_reversed);
    let mut sorter = Sorter::new(nodes, circles, direction);
    Ok(sorter.run())
}

fn graph(packages: &[Element<'_>], direction: Direction, dialect: &Dialect) -> Result<Vec<Node>, HeaderError> {
    let providers = Providers::of(packages, PREFERRED)?;
    let mut nodes: Vec<Node> =
        (0..packages.len()).map(|p| Node { color: providers.color(p), ..Node::default() }).collect();
    for (p, Element { header, .. }) in packages.iter().enumerate() {
        for relation in ORDERING {
            for dependency in header.dependencies(relation)? {
                if is_unordered(dependency.flags, dialect) {
                    continue;
                }
                parts(&dependency, &mut |part: &Dependency| {
                    if let (Some(q), false) = (providers.find(p, part), is_unordered(part.flags, dialect))
                        && q != p
                        && let Some(prereq) = weight(part.flags, relation, direction, dialect)
                    {
                        let reversed = matches!(relation, Relation::Supplements | Relation::Enhances);
                        relate(&mut nodes, p, q, prereq, reversed != (direction == Direction::Erase));
                    }
                });
            }
        }
    }
    Ok(nodes)
}

fn is_unordered(flags: u32, dialect: &Dialect) -> bool {
    let unordered = if dialect.meta_is_unordered { UNORDERED | sense::META } else { UNORDERED };
    let forced = sense::SCRIPT_PRE | sense::SCRIPT_POST | ERASE;
    flags & unordered != 0 && flags & forced == 0
}

/// Whether a dependency is a scriptlet's; none if it does not count.
fn weight(flags: u32, relation: Relation, direction: Direction, dialect: &Dialect) -> Option<bool> {
    let mask = if direction == Direction::Install { INSTALL } else { ERASE };
    let legacy = flags & (PURPOSES | sense::PREREQ) == sense::PREREQ;
    let prereq = flags & mask != 0 || legacy;
    let weak = relation != Relation::Requires || flags & MISSING_OK != 0;
    match dialect.weak {
        Weak::Demoted if weak => Some(false),
        Weak::Ignored if weak && relation != Relation::OrderWith => prereq.then_some(false),
        _ => Some(prereq),
    }
}

/// Notes that `p` waits for `q`, or with `reversed` the other way round. A relation already noted last only gains weight.
fn relate(nodes: &mut [Node], p: usize, q: usize, prereq: bool, reversed: bool) {
    let gain = |edges: &mut Vec<(usize, bool)>, to: usize| {
        if let Some(edge) = edges.iter_mut().rev().find(|(other, _)| *other == to) {
            edge.1 |= prereq;
        }
    };
    let (p, q) = if reversed { (q, p) } else { (p, q) };
    let latest = |edges: &[(usize, bool)]| edges.last().is_some_and(|(other, _)| *other == p);
    if !reversed && latest(&nodes[q].dependents) {
        gain(&mut nodes[q].dependents, p);
        return gain(&mut nodes[p].needs, q);
    }
    // rpm looks into the other list here, so that a package both required and supplemented counts once.
    if reversed && latest(&nodes[q].needs) {
        gain(&mut nodes[q].needs, p);
        return gain(&mut nodes[p].dependents, q);
    }
    nodes[p].waits += 1;
    nodes[p].needs.push((q, prereq));
    nodes[q].waited_for += 1;
    nodes[q].dependents.push((p, prereq));
}

/// Packages that require one another.
pub(super) struct Circle {
    /// In the order rpm looks at them.
    pub(super) members: Vec<usize>,
    /// Requirements of the members on packages outside that are not met yet.
    pub(super) waits: usize,
}

/// Takes packages out one by one.
struct Sorter {
    nodes: Vec<Node>,
    circles: Vec<Circle>,
    /// The circle each package is in.
    circle_of: Vec<Option<usize>>,
    taken: Vec<bool>,
    direction: Direction,
    out: Vec<usize>,
}

impl Sorter {
    fn new(nodes: Vec<Node>, circles: Vec<Circle>, direction: Direction) -> Self {
        let mut circle_of = vec![None; nodes.len()];
        for (i, circle) in circles.iter().enumerate() {
            circle.members.iter().for_each(|&m| circle_of[m] = Some(i));
        }
        let taken = vec![false; nodes.len()];
        Self { nodes, circles, circle_of, taken, direction, out: Vec::new() }
    }

    fn run(&mut self) -> Vec<usize> {
        let mut queue = VecDeque::new();
        for p in (0..self.nodes.len()).filter(|&p| self.nodes[p].waits == 0).collect::<Vec<_>>() {
            self.enqueue(p, &mut queue);
        }
        for circle in 0..self.circles.len() {
            if self.circles[circle].waits == 0 {
                self.enqueue(self.circles[circle].members[0], &mut queue);
            }
        }
        while let Some(next) = queue.pop_front() {
            match self.circle_of[next] {
                _ if self.taken[next] => {}
                Some(circle) => self.take_circle(circle, &mut queue),
                None => self.take(next, &mut queue, None),
            }
        }
        std::mem::take(&mut self.out)
    }

    /// Into the queue by the number of packages that wait for it; packages of the other ELF class only behind their like.
    fn enqueue(&self, p: usize, queue: &mut VecDeque<usize>) {
        let color = |p: usize| self.nodes[p].color;
        let to_the_end = match self.direction {
            Direction::Install => color(p) != 0 && color(p) != PREFERRED,
            Direction::Erase => color(p) == PREFERRED,
        };
        let before =
            |&q: &usize| !(to_the_end && color(p) != color(q)) && self.nodes[q].waited_for <= self.nodes[p].waited_for;
        let at = queue.iter().position(before).unwrap_or(queue.len());
        queue.insert(at, p);
    }

    /// Takes a package; what waited for it alone is queued, outside of its circle in `outer`.
    fn take(&mut self, next: usize, queue: &mut VecDeque<usize>, mut outer: Option<&mut VecDeque<usize>>) {
        self.out.push(next);
        let circle = self.circle_of[next];
        for (p, _) in self.nodes[next].dependents.clone().into_iter().rev() {
            if self.taken[p] || p == next {
                continue;
            }
            let leaves_circle = self.circle_of[p] != circle;
            self.nodes[p].waits -= 1;
            if self.nodes[p].waits == 0 {
                match &mut outer {
                    Some(outer) if leaves_circle => self.enqueue(p, outer),
                    _ => self.enqueue(p, queue),
                }
            }
            if let (Some(other), true) = (self.circle_of[p], leaves_circle) {
                self.circles[other].waits -= 1;
                if self.circles[other].waits == 0 {
                    self.enqueue(p, outer.as_deref_mut().unwrap_or(queue));
                }
            }
        }
        self.taken[next] = true;
    }

    /// Takes all of a circle: always what is farthest from anything a scriptlet needs, with what that frees.
    fn take_circle(&mut self, circle: usize, outer: &mut VecDeque<usize>) {
        let members = self.circles[circle].members.clone();
        let distances = super::circles::distances(&self.nodes, &members);
        loop {
            let left = members.iter().zip(&distances).filter(|(m, _)| !self.taken[**m]);
            let Some((&best, _)) = left.max_by_key(|(_, distance)| **distance) else { break };
            let mut inner = VecDeque::from([best]);
            while let Some(next) = inner.pop_front() {
                self.take(next, &mut inner, Some(outer));
            }
        }
    }
}

#[cfg(test)]
mod tests;
