//! Who needs whom: symbols to modules, and an order in which dependents come before what they depend on.

use std::collections::HashMap;

use super::search::Module;
use crate::formats::kmod::Facts;

/// What the modules say of each other. Modules are numbered as in the tables.
#[derive(Debug, Default)]
pub(super) struct Graph<'a> {
    /// Every symbol and the module that gives it: the last one that does.
    pub symbols: HashMap<&'a [u8], u32>,
    /// What each module needs of others, without repetition.
    pub direct: Vec<Vec<u32>>,
    /// Places in the topological order.
    rank: Vec<u32>,
    /// Symbols nobody gives: module, name.
    pub unknown: Vec<(u32, &'a [u8])>,
}

/// Modules that need each other in a ring.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Loops {
    /// One line per loop found, `a -> b -> a`.
    pub found: Vec<String>,
    /// Modules in them.
    pub modules: usize,
}

impl<'a> Graph<'a> {
    /// Joins what the modules need with what they give. `prefix` is left out before symbols (`-P`).
    pub fn of(facts: &[Facts<'a>], prefix: Option<u8>) -> Self {
        let bare = |name: &'a [u8]| match (name.split_first(), prefix) {
            (Some((first, rest)), Some(prefix)) if *first == prefix => rest,
            _ => name,
        };
        let mut graph = Self { direct: Vec::with_capacity(facts.len()), ..Self::default() };
        for (number, module) in facts.iter().enumerate() {
            graph.symbols.extend(module.exports().map(|name| (bare(name), number as u32)));
        }
        let mut met = vec![u32::MAX; facts.len()];
        for (number, module) in facts.iter().enumerate() {
            let mut needs = Vec::new();
            for needed in module.needs() {
                // ppc64 has .foo for foo
                let name = bare(needed.name.strip_prefix(b".").unwrap_or(needed.name));
                match graph.symbols.get(name) {
                    Some(&owner) if met[owner as usize] != number as u32 => {
                        met[owner as usize] = number as u32;
                        needs.push(owner);
                    }
                    Some(_) => {}
                    None if needed.weak => {}
                    None => graph.unknown.push((number as u32, needed.name)),
                }
            }
            graph.direct.push(needs);
        }
        graph
    }

    /// Sorts topologically, as kmod does: of those nobody is left to need, the last found comes first.
    pub fn sort(&mut self, modules: &[Module]) -> Result<(), Loops> {
        let mut users = vec![0_u32; self.direct.len()];
        for &needed in self.direct.iter().flatten() {
            users[needed as usize] += 1;
        }
        let mut free: Vec<u32> = (0..users.len() as u32).filter(|&m| users[m as usize] == 0).collect();
        self.rank = vec![u32::MAX; users.len()];
        let mut next = 0;
        while let Some(module) = free.pop() {
            self.rank[module as usize] = next;
            next += 1;
            for &needed in &self.direct[module as usize] {
                users[needed as usize] -= 1;
                if users[needed as usize] == 0 {
                    free.push(needed);
                }
            }
        }
        if next as usize == users.len() { Ok(()) } else { Err(self.loops(modules)) }
    }

    /// Loops among the modules without rank. Each of them is needed by another such one, so going from module to user leads
    /// into a loop from everywhere.
    fn loops(&self, modules: &[Module]) -> Loops {
        let open: Vec<u32> = (0..self.rank.len() as u32).filter(|&m| self.rank[m as usize] == u32::MAX).collect();
        let mut user = vec![u32::MAX; self.rank.len()];
        for &module in open.iter().rev() {
            self.direct[module as usize].iter().for_each(|&needed| user[needed as usize] = module);
        }
        let mut visit = vec![0; self.rank.len()];
        let (mut found, mut count) = (Vec::new(), 0);
        for (number, &start) in open.iter().enumerate() {
            let mut at = start;
            while visit[at as usize] == 0 {
                visit[at as usize] = number + 1;
                at = user[at as usize];
            }
            if visit[at as usize] != number + 1 {
                continue;
            }
            let mut ring = vec![at];
            while user[ring[ring.len() - 1] as usize] != at {
                ring.push(user[ring[ring.len() - 1] as usize]);
            }
            count += ring.len();
            ring.push(at);
            let names = ring.iter().rev().map(|&m| String::from_utf8_lossy(&modules[m as usize].name));
            found.push(names.collect::<Vec<_>>().join(" -> "));
        }
        Loops { found, modules: count }
    }

    /// Everything a module needs, in topological order.
    /// `met` is scratch, one number per module, first [`u32::MAX`].
    pub fn closure(&self, module: u32, met: &mut [u32]) -> Vec<u32> {
        let mut all: Vec<u32> = Vec::new();
        let mut from = 0;
        let mut add = |needs: &[u32], all: &mut Vec<u32>| {
            for &needed in needs {
                if std::mem::replace(&mut met[needed as usize], module) != module {
                    all.push(needed);
                }
            }
        };
        add(&self.direct[module as usize], &mut all);
        while from < all.len() {
            let next = all[from] as usize;
            add(&self.direct[next], &mut all);
            from += 1;
        }
        all.sort_unstable_by_key(|&m| self.rank[m as usize]);
        all
    }
}
