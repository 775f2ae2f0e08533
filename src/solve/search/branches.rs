//! Choices that could have gone another way, and the attempt to leave out what was not needed after all.

use super::{
    super::{pool::Pkg, rules::yes},
    Search,
};

/// A choice between several packages.
pub(super) struct Branch {
    level: i32,
    /// The packages, best first, and whether they were tried.
    choices: Vec<(Pkg, bool)>,
}

impl Branch {
    /// A choice of which the first is taken.
    pub fn new(level: i32, list: &[Pkg]) -> Self {
        Self { level, choices: list.iter().enumerate().map(|(i, &p)| (p, i == 0)).collect() }
    }
}

impl Search<'_> {
    /// Drops choices that were made above a level.
    pub(super) fn forget_branches(&mut self, level: i32) {
        while self.branches.last().is_some_and(|b| b.level >= level) {
            self.branches.pop();
        }
    }

    /// Looks for a choice where another candidate got in later anyway: with that one, the first may not be needed.
    /// Whether there is none left.
    pub(super) fn minimise(&mut self, level: &mut i32) -> bool {
        self.update_preferred();
        let mut best = None;
        for (b, branch) in self.branches.iter().enumerate().rev() {
            let open = || branch.choices.iter().enumerate().filter(|(_, c)| !c.1).map(|(i, c)| (i, c.0));
            if let Some((i, _)) = open().find(|&(_, p)| self.level(p) > branch.level) {
                best = Some((b, i));
                continue;
            }
            let Some((i, _)) = open().find(|&(_, p)| self.is_wanted(p)) else { continue };
            // A recommended package was passed over: take it if what was taken instead is not recommended.
            let mut taken = branch.choices.iter().filter(|c| c.1 && self.level(c.0) == branch.level + 1);
            if taken.any(|c| !self.is_wanted(c.0)) {
                best = Some((b, i));
            }
        }
        let Some((b, i)) = best else { return true };
        *level = self.take(b, i);
        false
    }

    fn is_wanted(&self, p: Pkg) -> bool {
        self.preferred.is_recommended(p) || self.is_supplementing(p)
    }

    /// Goes back to a choice and decides otherwise.
    fn take(&mut self, branch: usize, i: usize) -> i32 {
        let level = self.branches[branch].level;
        let p = self.branches[branch].choices[i].0;
        self.branches[branch].choices[i].1 = true;
        // The branch itself must survive going back to its level.
        self.branches[branch].level = 0;
        let rule = self.revert(level);
        self.branches[branch].level = level;
        self.pursue(level, yes(p), rule)
    }
}
