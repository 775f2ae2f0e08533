//! What one scriptlet may use. Counted in steps, not in seconds, so that the same scriptlet stops at the same place everywhere.

/// A step is a part of a command, a name looked at, [`BYTES`] moved; what takes longer costs more. Measured without optimisation on a
/// busy machine with two cores: 4,000,000 steps of loops around builtins, programs and pipes took 1.2 to 1.6 s, of `find` (which costs
/// twice as much since) 2.9 s. A counting turn (`[ $n -lt 9 ]; n=$((n+1))`) took 51 steps, `grep -q … && basename …` 186: so this is
/// for some 100,000 such turns, or 50,000 programs.
const STEPS: u64 = 5_000_000;
/// Bytes that a step moves, where they are looked at one by one.
const BYTES: u64 = 64;
/// Bytes written to files and pipes.
const OUTPUT: u64 = 128 << 20;
/// Programs, functions and sourced files inside one another.
const DEPTH: u32 = 100;

/// Commands and expansions inside one another, in all shells that run: what the stack has room for in any build.
const NESTING: u32 = 250;

/// What is left to a running scriptlet. Once something ran out it stays so, and everything running ends.
#[derive(Clone, Debug)]
pub struct Budget {
    steps: u64,
    output: u64,
    depth: u32,
    nesting: u32,
    exhausted: Option<&'static str>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { steps: STEPS, output: OUTPUT, depth: 0, nesting: 0, exhausted: None }
    }
}

impl Budget {
    /// So many steps, and otherwise what is usual.
    pub fn of(steps: u64) -> Self {
        Self { steps, ..Self::default() }
    }

    /// Takes one step; false when nothing may go on.
    #[must_use]
    pub fn step(&mut self) -> bool {
        self.steps(1)
    }

    /// Takes `n` steps; false when nothing may go on.
    #[must_use]
    pub fn steps(&mut self, n: u64) -> bool {
        match self.steps.checked_sub(n) {
            Some(left) => self.steps = left,
            None => self.exhaust("it ran too long"),
        }
        self.exhausted.is_none()
    }

    /// Takes the steps of moving so many bytes; false when nothing may go on.
    #[must_use]
    pub fn moved(&mut self, bytes: usize) -> bool {
        self.steps(bytes as u64 / BYTES)
    }

    /// Steps that are left.
    pub fn left(&self) -> u64 {
        if self.exhausted.is_some() { 0 } else { self.steps }
    }

    /// Accounts for bytes written, and the steps of moving them; false when nothing may go on.
    #[must_use]
    pub fn output(&mut self, bytes: usize) -> bool {
        match self.output.checked_sub(bytes as u64) {
            Some(left) => self.output = left,
            None => self.exhaust("it wrote too much"),
        }
        self.moved(bytes)
    }

    /// Goes one program, function or sourced file deeper; false when nothing may go on. Pair with [`Budget::leave`].
    #[must_use]
    pub fn enter(&mut self) -> bool {
        self.depth += 1;
        if self.depth > DEPTH {
            self.exhaust("it called itself too deeply");
        }
        self.exhausted.is_none()
    }

    /// Comes back from where [`Budget::enter`] went.
    pub fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Goes one compound command or expansion deeper; false when nothing may go on. Pair with [`Budget::unnest`], or put right
    /// by [`Budget::nest_again`] what an early end left open.
    #[must_use]
    pub fn nest(&mut self) -> bool {
        self.nesting += 1;
        if self.nesting > NESTING {
            self.exhaust("its commands are nested too deeply");
        }
        self.exhausted.is_none()
    }

    /// Comes back from where [`Budget::nest`] went.
    pub fn unnest(&mut self) {
        self.nesting = self.nesting.saturating_sub(1);
    }

    /// How deep it is.
    pub fn nesting(&self) -> u32 {
        self.nesting
    }

    /// How much deeper it may go.
    pub fn nesting_left(&self) -> u32 {
        NESTING.saturating_sub(self.nesting)
    }

    /// Is at a depth that [`Budget::nesting`] told.
    pub fn nest_again(&mut self, nesting: u32) {
        self.nesting = nesting;
    }

    /// Why the scriptlet was stopped, if it was.
    pub fn exhausted(&self) -> Option<&'static str> {
        self.exhausted
    }

    fn exhaust(&mut self, why: &'static str) {
        self.exhausted.get_or_insert(why);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ran_out_stays_out() {
        let mut budget = Budget::default();
        assert!(budget.step() && budget.output(1 << 20));
        assert!(!budget.output(1 << 40));
        assert!(!budget.step());
        assert_eq!(budget.exhausted(), Some("it wrote too much"));
    }
}
