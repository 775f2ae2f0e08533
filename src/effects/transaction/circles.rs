//! Circles of requirements: finding them (Tarjan's strongly connected components), and where to break them.

use std::collections::{HashMap, HashSet, VecDeque};

use super::order::{Circle, Node};

/// The circles of more than one package, in the order rpm finds them. `reversed`: their members from the end.
pub(super) fn circles(nodes: &[Node], reversed: bool) -> Vec<Circle> {
    let mut search = Search { nodes, index: vec![0; nodes.len()], low: vec![0; nodes.len()], ..Search::default() };
    for start in 0..nodes.len() {
        if search.index[start] == 0 {
            search.visit(start);
        }
    }
    let mut found = search.found;
    if reversed {
        found.iter_mut().for_each(|circle| circle.members.reverse());
    }
    found
}

#[derive(Default)]
struct Search<'a> {
    nodes: &'a [Node],
    /// When a package was met, from 1; 0 if it was not.
    index: Vec<usize>,
    low: Vec<usize>,
    settled: Vec<bool>,
    met: usize,
    stack: Vec<usize>,
    found: Vec<Circle>,
}

impl Search<'_> {
    /// Depth first, with a list in place of recursion: chains of requirements are as long as a stranger likes.
    fn visit(&mut self, start: usize) {
        self.settled.resize(self.nodes.len(), false);
        let mut path = vec![(start, 0)];
        self.meet(start);
        while let Some((at, edge)) = path.last_mut() {
            let (at, edges) = (*at, &self.nodes[*at].dependents);
            // The latest edge first, as rpm keeps them.
            let next = edges.len().checked_sub(*edge + 1).map(|e| edges[e].0);
            *edge += 1;
            match next {
                Some(next) if self.settled[next] => {}
                Some(next) if self.index[next] == 0 => {
                    self.meet(next);
                    path.push((next, 0));
                }
                Some(next) => self.low[at] = self.low[at].min(self.index[next]),
                None => {
                    path.pop();
                    if let Some((above, _)) = path.last() {
                        self.low[*above] = self.low[*above].min(self.low[at]);
                    }
                    if self.low[at] == self.index[at] {
                        self.close(at);
                    }
                }
            }
        }
    }

    fn meet(&mut self, at: usize) {
        self.met += 1;
        (self.index[at], self.low[at]) = (self.met, self.met);
        self.stack.push(at);
    }

    /// Everything met since `root` and still open is one component with it.
    fn close(&mut self, root: usize) {
        let at = self.stack.iter().rposition(|&n| n == root).expect("a root is on the stack");
        let members = self.stack.split_off(at);
        members.iter().for_each(|&m| self.settled[m] = true);
        if members.len() == 1 {
            return;
        }
        let inside: HashSet<usize> = members.iter().copied().collect();
        let all: usize = members.iter().map(|&m| self.nodes[m].waits()).sum();
        let edges = members.iter().flat_map(|&m| self.nodes[m].dependents.iter().map(move |(p, _)| (m, *p)));
        let internal = edges.filter(|(m, p)| m != p && inside.contains(p)).count();
        self.found.push(Circle { waits: all - internal, members });
    }
}

/// How far each member is from one that a scriptlet of the circle makes wait: whoever has such a need is at 0, what it needs
/// at 1, and so on; what cannot be reached is farthest.
pub(super) fn distances(nodes: &[Node], members: &[usize]) -> Vec<usize> {
    let places: HashMap<usize, usize> = members.iter().enumerate().map(|(i, &m)| (m, i)).collect();
    let place = |n: usize| places.get(&n).copied();
    let mut out = vec![usize::MAX; members.len()];
    let mut queue = VecDeque::new();
    for (i, &member) in members.iter().enumerate() {
        if nodes[member].needs.iter().any(|(q, prereq)| *prereq && place(*q).is_some()) {
            out[i] = 0;
            queue.push_back(i);
        }
    }
    while let Some(i) = queue.pop_front() {
        for (q, _) in nodes[members[i]].needs.iter().rev() {
            if let Some(next) = place(*q)
                && out[next] > out[i] + 1
            {
                out[next] = out[i] + 1;
                queue.push_back(next);
            }
        }
    }
    out
}
