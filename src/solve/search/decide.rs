//! The order of decisions: jobs, what is installed, what is needed, what is nice to have, what is left.

use super::{
    super::{
        pool::Pkg,
        rules::{Literal, no, package, yes},
    },
    HOPELESS, Search,
    branches::Branch,
    policy::Mode,
};

/// How a walk went on.
enum Step {
    /// Nothing was undone, or only what the walk had done itself.
    On,
    /// Decisions from before the walk are gone.
    Back,
}

impl Search<'_> {
    /// Whether there is a solution; it is in the levels then, and the proof of the contrary in `refuted` otherwise.
    pub(super) fn run(&mut self) -> bool {
        let (mut level, mut system) = (0, 1);
        loop {
            if level == HOPELESS {
                return false;
            }
            if level == 0 {
                level = self.assert_all();
                if level != 1 {
                    continue;
                }
                if let Some(failed) = self.propagate(level) {
                    level = self.refute(failed);
                    continue;
                }
                system = level + 1;
            }
            if !self.settle(&mut level, &mut system) {
                continue;
            }
            if self.minimise(&mut level) {
                return true;
            }
        }
    }

    /// Decides everything from a level on; false if something has to be done again.
    fn settle(&mut self, level: &mut i32, system: &mut i32) -> bool {
        let installed = self.pool.installed().next().is_some();
        if *level < *system {
            self.early = installed;
            let back = self.resolve_jobs(level);
            self.early = false;
            if matches!(back, Step::Back) {
                return false;
            }
            *system = *level + 1;
        }
        if *level < *system && installed {
            if matches!(self.resolve_installed(level), Step::Back) {
                return false;
            }
            *system = *level + 1;
        }
        *system = (*system).min(*level);
        if matches!(self.resolve_needs(level), Step::Back) {
            return false;
        }
        if self.weak.is_some() && self.resolve_weak(level) {
            return false;
        }
        if installed && self.resolve_orphans(level) {
            return false;
        }
        for p in self.pool.installed() {
            if self.level(p) == 0 {
                let old = *level;
                *level = self.pursue(old, no(p), 0);
                if *level < old {
                    return false;
                }
            }
        }
        if self.drop_pointless_choices() {
            self.reset();
            *level = 0;
            return false;
        }
        true
    }

    /// Takes the best of several, and remembers the others for later.
    fn choose(&mut self, level: i32, mut list: Vec<Pkg>, rule: u32) -> i32 {
        if list.len() > 1 {
            self.filter(&mut list, Mode::Choose);
        }
        if list.len() > 1 && self.early {
            self.prefer_for_installed(level, &mut list);
        }
        if list.len() > 1 {
            self.branches.push(Branch::new(level, &list));
        }
        self.pursue(level, yes(list[0]), rule)
    }

    /// Undecided packages that would make a rule hold; none if it holds, or needs nothing.
    fn open(&self, rule: u32) -> Vec<Pkg> {
        let mut out = Vec::new();
        for l in self.rules.literals(rule) {
            let level = self.level(package(l));
            if l < 0 && level <= 0 || l > 0 && level > 0 {
                return Vec::new();
            }
            if l > 0 && level == 0 {
                out.push(package(l));
            }
        }
        out
    }

    fn resolve_jobs(&mut self, level: &mut i32) -> Step {
        let start = *level;
        let mut n = self.rules.jobs.start;
        while n < self.rules.jobs.end {
            let mut list = if self.rules.get(n).off { Vec::new() } else { self.open(n) };
            if list.is_empty() {
                n += 1;
                continue;
            }
            if list.len() > 1 && list.iter().any(|&p| self.pool.is_installed(p)) {
                list.retain(|&p| self.pool.is_installed(p));
            }
            let old = *level;
            *level = self.choose(old, list, n);
            if *level > old {
                n += 1;
            } else if *level < old {
                if *level < start {
                    return Step::Back;
                }
                n = self.rules.jobs.start;
            }
        }
        Step::On
    }

    /// Keeps what is installed, or decides for what takes its place. A place in trouble is looked at first next time.
    fn resolve_installed(&mut self, level: &mut i32) -> Step {
        let count = self.pool.installed().count() as u32;
        let start = *level;
        let mut at = self.installed_at;
        'again: loop {
            let pass = *level;
            let mut left = count;
            let mut i = at;
            while left > 0 {
                i %= count;
                let old = *level;
                match self.place(*level, Pkg(i)) {
                    None => {}
                    Some(new) if new > old => *level = new,
                    Some(new) => {
                        *level = new;
                        if new < pass {
                            at = i;
                            if new < start {
                                self.installed_at = at;
                                return Step::Back;
                            }
                            continue 'again;
                        }
                        if new < old {
                            left = count;
                        }
                        continue;
                    }
                }
                // Replaced or kept: a package that is still open after its replacement was decided is kept.
                if self.level(Pkg(i)) == 0 && self.is_placed(Pkg(i)) {
                    continue;
                }
                i += 1;
                left -= 1;
            }
            self.installed_at = 0;
            return Step::On;
        }
    }

    /// Whether the walk has anything to decide about an installed package.
    fn is_placed(&self, p: Pkg) -> bool {
        self.rules.get(self.update_rule(p)).head != 0
    }

    /// Decides about one installed package: its replacement, where it cannot stay, or that it stays. The new level, or
    /// none where there is nothing to decide.
    fn place(&mut self, level: i32, p: Pkg) -> Option<i32> {
        let rule = self.update_rule(p);
        let head = self.rules.get(rule).head;
        if self.level(p) > 0 || head == 0 {
            return None;
        }
        if !self.no_update.contains(&p) && (self.level(p) < 0 || head != yes(p)) {
            let list = self.open_update(rule);
            if !list.is_empty() {
                return Some(self.choose(level, list, rule));
            }
        }
        (self.level(p) == 0).then(|| self.pursue(level, yes(p), self.rules.updates.start + p.0))
    }

    fn open_update(&self, rule: u32) -> Vec<Pkg> {
        let mut out = Vec::new();
        for p in self.rules.literals(rule).map(package) {
            match self.level(p) {
                0 => out.push(p),
                level if level > 0 => return Vec::new(),
                _ => {}
            }
        }
        out
    }

    /// Every rule that does not hold yet. What leaves a choice between names waits until nothing else is open.
    fn resolve_needs(&mut self, level: &mut i32) -> Step {
        let start = *level;
        let (mut n, mut seen) = (1, 1);
        let mut postponed: i64 = 0;
        loop {
            if seen >= self.rules.end() {
                if postponed <= 0 {
                    return Step::On;
                }
                n = postponed as u32;
                postponed = -1;
                seen = 1;
            }
            if n >= self.rules.end() {
                n = 1;
            }
            if let Some(mut list) = self.open_need(n) {
                let mut wait = false;
                if list.len() > 1 && postponed >= 0 {
                    self.filter(&mut list, Mode::ChooseUnordered);
                    wait = list.len() > 1;
                }
                if wait {
                    if postponed == 0 {
                        postponed = i64::from(n);
                    }
                } else {
                    *level = self.choose(*level, list, n);
                    if *level < start {
                        return Step::Back;
                    }
                    seen = 0;
                }
            }
            n += 1;
            seen += 1;
        }
    }

    /// The undecided packages of a rule that does not hold and is to be decided.
    fn open_need(&self, n: u32) -> Option<Vec<Pkg>> {
        let rule = self.rules.get(n);
        if rule.off || rule.head == 0 || rule.rest == 0 {
            return None;
        }
        if rule.head < 0 && (rule.rest == 1 || self.level(package(rule.head)) <= 0) {
            return None;
        }
        if rule.rest == 1 {
            let second: Literal = self.rules.rest(n)[0];
            let both = second > 0 && self.level(package(rule.head)) == 0 && self.level(package(second)) == 0;
            return both.then(|| vec![package(rule.head), package(second)]);
        }
        Some(self.open(n)).filter(|list| !list.is_empty())
    }

    /// Keeps installed packages nothing could replace, where they can be kept; whether anything was decided.
    fn resolve_orphans(&mut self, level: &mut i32) -> bool {
        let mut decided = false;
        for p in self.orphans.clone() {
            if self.level(p) == 0 {
                let old = *level;
                *level = self.pursue(old, yes(p), 0);
                decided = true;
                if *level < old {
                    break;
                }
            }
        }
        decided
    }
}
