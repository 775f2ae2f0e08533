//! Nodes as instructions.

use super::{
    PatternError, Syntax,
    node::{Look, Node, Set, Tree},
};

/// Instructions of one expression: repetitions are written out.
const LARGEST: usize = 20_000;

#[derive(Clone, Copy, Debug)]
pub(super) enum Instruction {
    /// A character out of that set.
    Set(usize),
    Look(Look),
    /// The place is kept in that slot.
    Save(usize),
    /// Goes on at the first, and when that leads nowhere at the second.
    Split(usize, usize),
    Jump(usize),
    /// What that group matched.
    Reference(usize),
    /// Fails where nothing was taken since the place in that slot: an empty turn of a loop.
    Progress(usize),
    /// The instructions up to `end` match here (or do not).
    Assert {
        end: usize,
        ahead: bool,
        negative: bool,
    },
    Match,
}

/// What a run is after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// Perl's: the first way that leads to a match.
    First,
    /// POSIX's.
    Longest,
    /// A match that is known to end there.
    Exactly(usize),
}

#[derive(Clone, Debug)]
pub(super) struct Program {
    pub code: Vec<Instruction>,
    pub sets: Vec<Set>,
    /// Two for each group, the whole first, then those of loops.
    pub slots: usize,
    pub groups: usize,
    pub ignore_case: bool,
    /// Whether a place and an instruction alone decide what follows.
    pub regular: bool,
}

impl Program {
    pub fn new(tree: &Tree, syntax: Syntax) -> Result<Self, PatternError> {
        let regular = tree.root.is_regular();
        let mut compiler = Compiler { code: Vec::new(), slots: 2 * (tree.groups + 1), regular };
        compiler.node(&tree.root)?;
        compiler.push(Instruction::Match)?;
        let Compiler { code, slots, .. } = compiler;
        let sets = tree.sets.clone();
        Ok(Self { code, sets, slots, groups: tree.groups, ignore_case: syntax.ignore_case, regular })
    }
}

struct Compiler {
    code: Vec<Instruction>,
    slots: usize,
    regular: bool,
}

impl Compiler {
    fn push(&mut self, instruction: Instruction) -> Result<usize, PatternError> {
        if self.code.len() >= LARGEST {
            return Err(PatternError::TooBig);
        }
        self.code.push(instruction);
        Ok(self.code.len() - 1)
    }

    /// Recursion is as deep as groups are nested, which the parser bounds.
    fn node(&mut self, node: &Node) -> Result<(), PatternError> {
        match node {
            Node::Empty => {}
            Node::Set(set) => drop(self.push(Instruction::Set(*set))?),
            Node::Look(look) => drop(self.push(Instruction::Look(*look))?),
            Node::Reference(group) => drop(self.push(Instruction::Reference(*group))?),
            Node::Keep => drop(self.push(Instruction::Save(0))?),
            Node::Group(inner, number) => {
                self.push(Instruction::Save(2 * number))?;
                self.node(inner)?;
                self.push(Instruction::Save(2 * number + 1))?;
            }
            Node::Concat(nodes) => nodes.iter().try_for_each(|n| self.node(n))?,
            Node::Alternate(nodes) => self.alternate(nodes)?,
            Node::Repeat { node, min, max, lazy } => self.repeat(node, *min, *max, *lazy)?,
            Node::Assert { node, ahead, negative } => {
                let at = self.push(Instruction::Match)?;
                self.node(node)?;
                let end = self.push(Instruction::Match)?;
                self.code[at] = Instruction::Assert { end: end + 1, ahead: *ahead, negative: *negative };
            }
        }
        Ok(())
    }

    fn alternate(&mut self, nodes: &[Node]) -> Result<(), PatternError> {
        let mut jumps = Vec::new();
        for (i, node) in nodes.iter().enumerate() {
            if i + 1 == nodes.len() {
                self.node(node)?;
                break;
            }
            let split = self.push(Instruction::Match)?;
            self.node(node)?;
            jumps.push(self.push(Instruction::Match)?);
            self.code[split] = Instruction::Split(split + 1, self.code.len());
        }
        let end = self.code.len();
        jumps.into_iter().for_each(|at| self.code[at] = Instruction::Jump(end));
        Ok(())
    }

    fn repeat(&mut self, node: &Node, min: u32, max: Option<u32>, lazy: bool) -> Result<(), PatternError> {
        for _ in 0..min {
            self.node(node)?;
            if matches!(node, Node::Empty) {
                break;
            }
        }
        let split = |into: usize, past: usize| {
            if lazy { Instruction::Split(past, into) } else { Instruction::Split(into, past) }
        };
        let Some(max) = max else {
            let head = self.push(Instruction::Match)?;
            let slot = (!self.regular).then(|| {
                self.slots += 1;
                self.slots - 1
            });
            slot.map(|slot| self.push(Instruction::Save(slot))).transpose()?;
            self.node(node)?;
            slot.map(|slot| self.push(Instruction::Progress(slot))).transpose()?;
            self.push(Instruction::Jump(head))?;
            self.code[head] = split(head + 1, self.code.len());
            return Ok(());
        };
        let mut splits = Vec::new();
        for _ in min..max {
            splits.push(self.push(Instruction::Match)?);
            self.node(node)?;
        }
        let end = self.code.len();
        splits.into_iter().for_each(|at| self.code[at] = split(at + 1, end));
        Ok(())
    }
}
