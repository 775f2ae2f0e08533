//! A Lua state that sees nothing but its session: which libraries it has, how its calls come here, how it ends.

use std::{cell::RefCell, rc::Rc};

use mlua::{Function, Lua, LuaOptions, LuaString, MultiValue, Scope, StdLib, Table};

use super::{
    files,
    meter::{METATABLES, Meter, stopped},
    os,
    patterns::{Length, Match, Matcher, PatternError, plain},
    posix_files, posix_system, rex, rpm,
    session::{Call, Calls, Session},
    value::{FILES, METHODS, Raise, Value, answer, from_lua, to_lua},
};
use crate::effects::process::Status;

/// Lua's own libraries without what could leave the state: no `io`, `os`, `package`, `debug`.
const LIBRARIES: [StdLib; 5] = [StdLib::COROUTINE, StdLib::TABLE, StdLib::STRING, StdLib::UTF8, StdLib::MATH];
const CALLS: [Calls; 6] = [files::CALLS, os::CALLS, posix_files::CALLS, posix_system::CALLS, rex::CALLS, rpm::CALLS];

/// What is run before a chunk: the base library made safe and deterministic, then rpm's tables.
const SANDBOX: &str = include_str!("sandbox.lua");
const LIBRARY: &str = include_str!("library.lua");
/// The chunk's name in messages.
const CHUNK: &str = "<lua>";

/// Runs a session's chunk to its end. A child's error is its parent's business no more: it ends with 1.
pub(super) fn run(session: Session<'_, '_, '_>) -> Status {
    let session = RefCell::new(session);
    let outcome = try_run(&session);
    let mut session = session.into_inner();
    session.close_all();
    if session.process.stage.budget.exhausted().is_some() {
        return Status::STOPPED;
    }
    if let Some(status) = session.ended {
        return status;
    }
    let message = match outcome {
        Ok(None) if session.forks == 0 => return Status::SUCCESS,
        Ok(None) => return Status::FAILURE,
        Ok(Some(message)) => message,
        // A state that could not be made, for want of memory.
        Err(error) => error.to_string().into_bytes(),
    };
    if session.forks == 0 {
        let _ = session.process.handle(2).write(session.process.stage, &[&message[..], b"\n"].concat());
    }
    Status::FAILURE
}

/// The message of the error it ended with, if it did.
fn try_run(session: &RefCell<Session<'_, '_, '_>>) -> mlua::Result<Option<Vec<u8>>> {
    let libraries = LIBRARIES.into_iter().fold(StdLib::NONE, |all, one| all | one);
    let lua = Lua::new_with(libraries, LuaOptions::default())?;
    lua.set_named_registry_value(FILES, lua.create_table()?)?;
    lua.set_named_registry_value(METHODS, lua.create_table()?)?;
    lua.set_named_registry_value(METATABLES, lua.create_table()?)?;
    let meter = Meter::install(&lua, &session.borrow().process.stage.budget)?;
    let result = lua.scope(|scope| {
        let native = natives(&lua, scope, session, &meter)?;
        native.raw_set("metatables", lua.named_registry_value::<Table>(METATABLES)?)?;
        let sandbox: Table = lua.load(SANDBOX).set_name("=[C]").call(&native)?;
        let methods: Table = lua.named_registry_value(METHODS)?;
        lua.load(LIBRARY).set_name("=[C]").call::<()>((&native, &sandbox, methods, arguments(&lua, session)?))?;
        let run: Function = sandbox.raw_get("run")?;
        let source = session.borrow().source;
        let (fine, message): (bool, Option<LuaString>) = run.call((source, CHUNK))?;
        Ok(if fine { None } else { Some(message.map_or_else(Vec::new, |m| m.as_bytes().to_vec())) })
    });
    meter.settle(&mut session.borrow_mut().process.stage.budget);
    result
}

/// rpm's `arg`: `<lua>` and its own arguments, then the counts, as numbers.
fn arguments(lua: &Lua, session: &RefCell<Session<'_, '_, '_>>) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    for word in &session.borrow().process.args {
        match std::str::from_utf8(word).ok().and_then(|w| w.parse::<i64>().ok()) {
            Some(number) => table.raw_push(number)?,
            None => table.raw_push(lua.create_string(word)?)?,
        }
    }
    Ok(table)
}

/// The functions the preludes are given, by name.
fn natives<'scope, 'env: 'scope>(
    lua: &Lua,
    scope: &'scope Scope<'scope, 'env>,
    session: &'scope RefCell<Session<'_, '_, '_>>,
    meter: &Rc<Meter>,
) -> mlua::Result<Table> {
    let native = lua.create_table()?;
    for &(name, call) in CALLS.iter().flat_map(|table| table.iter()) {
        let meter = Rc::clone(meter);
        let function =
            scope.create_function(move |lua, args: MultiValue| dispatch(lua, session, &meter, name, call, &args))?;
        native.raw_set(name, function)?;
    }
    let inside = Rc::clone(meter);
    native.raw_set("halted", lua.create_function(move |_, ()| Ok(inside.halted()))?)?;
    let inside = Rc::clone(meter);
    let charge = move |_: &Lua, steps: i64| match inside.charge(u64::try_from(steps).unwrap_or(0)) {
        true => Ok(()),
        false => Err(stopped()),
    };
    native.raw_set("charge", lua.create_function(charge)?)?;
    let inside = Rc::clone(meter);
    native.raw_set("match", lua.create_function(move |lua, args| find(lua, args, &inside))?)?;
    let standard = |lua: &Lua, ()| {
        let files = [0, 1, 2].map(|number| to_lua(lua, &Value::File(number)));
        files.into_iter().collect::<mlua::Result<MultiValue>>()
    };
    native.raw_set("standard", lua.create_function(standard)?)?;
    native.raw_set("memory", lua.create_function(|lua, ()| Ok(lua.used_memory() as f64 / 1024.0))?)?;
    Ok(native)
}

/// One call: the line noted, the budget brought together, the session asked.
fn dispatch(
    lua: &Lua,
    session: &RefCell<Session<'_, '_, '_>>,
    meter: &Meter,
    name: &'static str,
    call: Call,
    args: &MultiValue,
) -> mlua::Result<MultiValue> {
    let args = args.iter().map(|value| from_lua(value, 0)).collect::<mlua::Result<Vec<_>>>()?;
    let mut session = session.try_borrow_mut().map_err(|_| stopped())?;
    if meter.halted() || !meter.settle(&mut session.process.stage.budget) {
        meter.halt();
        return Err(stopped());
    }
    if let Some(line) = line(lua) {
        session.process.stage.log.line = line;
    }
    let answered = session.answer(name, call, &args);
    meter.resume(&session.process.stage.budget);
    if session.ended.is_some() {
        meter.halt();
    }
    drop(session);
    answer(lua, &answered)
}

/// The chunk's line that is being run; the preludes are between it and the call.
fn line(lua: &Lua) -> Option<usize> {
    for level in 1..8 {
        let found = lua.inspect_stack(level, |frame| {
            let ours = frame.source().source.is_some_and(|source| source == CHUNK);
            ours.then(|| frame.current_line()).flatten()
        })?;
        if found.is_some() {
            return found;
        }
    }
    None
}

/// `match(text, pattern, from, kind)`: start and end (both counted from 1, the end included), then the groups; `false` and a
/// message for a malformed pattern; nothing where there is no match. Kinds: `find` (anchored by `^`), `gmatch` (not), `plain`.
fn find(
    lua: &Lua,
    (text, pattern, from, kind): (LuaString, LuaString, usize, LuaString),
    meter: &Meter,
) -> mlua::Result<MultiValue> {
    let (text, pattern) = (text.as_bytes(), pattern.as_bytes());
    let from = from.saturating_sub(1);
    if from > text.len() {
        return Ok(MultiValue::new());
    }
    let anchors = match &*kind.as_bytes() {
        b"plain" => {
            let mut left = meter.room();
            let before = left;
            let found = plain(&text, &pattern, from, &mut left);
            if !meter.charge(before - left) {
                return Err(stopped());
            }
            return match found {
                Ok(Some(at)) => pair(at + 1, at + pattern.len()),
                Ok(None) => Ok(MultiValue::new()),
                Err(_) => Err(halt(meter)),
            };
        }
        kind => kind == b"find",
    };
    // Sixteen of the matcher's steps are one of the budget's.
    let room = meter.room().saturating_mul(16);
    let mut matcher = Matcher::new(&text, &pattern, room);
    let found = matcher.find(from, anchors);
    if !meter.charge((room - matcher.steps) / 16) {
        return Err(stopped());
    }
    match found {
        Ok(Some(found)) => groups(lua, &text, &found),
        Ok(None) => Ok(MultiValue::new()),
        Err(PatternError::Malformed(why)) => answer(lua, &Err(Raise::new(why))),
        Err(PatternError::Stopped) => Err(halt(meter)),
    }
}

fn halt(meter: &Meter) -> mlua::Error {
    meter.exhaust();
    stopped()
}

fn pair(start: usize, end: usize) -> mlua::Result<MultiValue> {
    let place = |n: usize| mlua::Value::Integer(i64::try_from(n).unwrap_or(i64::MAX));
    Ok(MultiValue::from_vec(vec![place(start), place(end)]))
}

fn groups(lua: &Lua, text: &[u8], found: &Match) -> mlua::Result<MultiValue> {
    let mut out = pair(found.start + 1, found.end)?;
    for capture in &found.captures {
        out.push_back(match capture.len {
            Length::Bytes(len) => mlua::Value::String(lua.create_string(&text[capture.start..capture.start + len])?),
            _ => mlua::Value::Integer(i64::try_from(capture.start + 1).unwrap_or(i64::MAX)),
        });
    }
    Ok(out)
}
