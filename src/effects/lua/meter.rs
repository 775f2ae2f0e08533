//! What runs inside Lua between calls, counted: instructions, memory, garbage, the work of patterns.

use std::{cell::Cell, rc::Rc};

use mlua::{HookTriggers, Lua, Table, VmState};

use crate::effects::Budget;

/// Instructions between two looks.
const INSTRUCTIONS: u32 = 200;
/// Steps they cost. Together with the budget's steps: some tens of millions of instructions.
const STEPS: u64 = 10;
/// Bytes a state may hold.
const MEMORY: usize = 64 << 20;
/// Bytes beyond twice what is alive that wait to be collected.
const GARBAGE: usize = 4 << 20;

/// The registry's name for the metatables that were given to anything.
pub(super) const METATABLES: &str = "drydock.metatables";

/// Counts for one Lua state. The budget itself is the process's; the two are brought together at every call.
#[derive(Debug, Default)]
pub(super) struct Meter {
    used: Cell<u64>,
    left: Cell<u64>,
    halted: Cell<bool>,
    /// Bytes at the last look, and after the last collection.
    seen: Cell<usize>,
    alive: Cell<usize>,
}

impl Meter {
    /// Over `lua`, which is given its limits. Lua's own collector rests, so that what is allocated shows.
    pub fn install(lua: &Lua, budget: &Budget) -> mlua::Result<Rc<Self>> {
        let meter = Rc::new(Self::default());
        meter.left.set(budget.left());
        lua.set_memory_limit(MEMORY)?;
        lua.gc_stop();
        let inside = Rc::clone(&meter);
        let triggers = HookTriggers::new().every_nth_instruction(INSTRUCTIONS);
        lua.set_global_hook(triggers, move |lua, _| {
            if inside.look(lua)? {
                return Ok(VmState::Continue);
            }
            defuse(lua)?;
            Err(stopped())
        })?;
        Ok(meter)
    }

    /// A hook's work. A single instruction may move or compare all that a state holds, so memory costs as well; more than in
    /// proportion, for no scriptlet holds much and works long.
    fn look(&self, lua: &Lua) -> mlua::Result<bool> {
        let held = lua.used_memory();
        let grown = held.saturating_sub(self.seen.get());
        self.seen.set(held);
        if held > 2 * self.alive.get() + GARBAGE {
            lua.gc_collect()?;
            self.alive.set(lua.used_memory());
            self.seen.set(self.alive.get());
        }
        let pages = (held / 65_536) as u64;
        Ok(self.charge(STEPS + 16 * pages + 2 * pages * pages + grown as u64 / 256))
    }

    /// Takes steps; false when nothing may go on.
    pub fn charge(&self, steps: u64) -> bool {
        self.used.set(self.used.get().saturating_add(steps));
        if self.used.get() > self.left.get() {
            self.halt();
        }
        !self.halted.get()
    }

    /// Steps that are left.
    pub fn room(&self) -> u64 {
        self.left.get().saturating_sub(self.used.get())
    }

    /// Takes all that is left, and more.
    pub fn exhaust(&self) {
        self.used.set(self.left.get().saturating_add(1));
        self.halt();
    }

    /// Ends everything in this state: no `pcall` holds it back.
    pub fn halt(&self) {
        self.halted.set(true);
    }

    pub fn halted(&self) -> bool {
        self.halted.get()
    }

    /// Takes what was used out of the budget; false when nothing may go on.
    pub fn settle(&self, budget: &mut Budget) -> bool {
        budget.steps(self.used.replace(0))
    }

    /// Takes over what calls left of the budget.
    pub fn resume(&self, budget: &Budget) {
        self.left.set(budget.left());
        if budget.exhausted().is_some() {
            self.halt();
        }
    }
}

/// What an error makes Lua call on its way out, it calls while a hook's error is under way, and then no hook counts. So nothing
/// can be called: neither `__close` nor, in its place, `__call`.
fn defuse(lua: &Lua) -> mlua::Result<()> {
    let metatables: Table = lua.named_registry_value(METATABLES)?;
    metatables.for_each(|metatable: Table, _: mlua::Value| {
        metatable.raw_set("__close", mlua::Nil)?;
        metatable.raw_set("__call", mlua::Nil)
    })
}

/// The error that ends a state. Its text is never shown.
pub(super) fn stopped() -> mlua::Error {
    mlua::Error::RuntimeError("stopped".to_owned())
}
