//! What passes between Lua and the calls: plain values, which outlive a Lua state, so that one run's answers can be given again.

use mlua::{AnyUserData, Lua, MultiValue, Table, UserData};

/// Tables inside one another that are taken over.
const DEPTH: u32 = 8;

/// A value without a Lua state.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Nil,
    Bool(bool),
    Int(i64),
    Num(f64),
    Text(Vec<u8>),
    Table(Vec<(Value, Value)>),
    /// An open file, by its number in the session.
    File(u32),
    /// What means nothing outside Lua: a function, a coroutine. By its type's name.
    Other(&'static str),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.as_bytes().to_vec())
    }
}

impl From<Vec<u8>> for Value {
    fn from(text: Vec<u8>) -> Self {
        Self::Text(text)
    }
}

impl Value {
    /// A list, counted from 1.
    pub fn list<T: Into<Value>>(values: impl IntoIterator<Item = T>) -> Self {
        Self::Table((1..).zip(values).map(|(i, v)| (Self::Int(i), v.into())).collect())
    }

    fn type_name(&self) -> &'static str {
        match self {
            Self::Nil => "nil",
            Self::Bool(_) => "boolean",
            Self::Int(_) | Self::Num(_) => "number",
            Self::Text(_) => "string",
            Self::Table(_) => "table",
            Self::File(_) => "userdata",
            Self::Other(name) => name,
        }
    }

    /// Bytes it holds, roughly.
    pub fn size(&self) -> usize {
        match self {
            Self::Text(text) => 32 + text.len(),
            Self::Table(pairs) => 32 + pairs.iter().map(|(k, v)| k.size() + v.size()).sum::<usize>(),
            _ => 32,
        }
    }
}

/// An error raised in the script, as `luaL_error` would.
#[derive(Clone, Debug)]
pub(super) struct Raise(pub Vec<u8>);

impl Raise {
    pub fn new(message: impl std::fmt::Display) -> Self {
        Self(message.to_string().into_bytes())
    }
}

/// What a call returns.
pub(super) type Answer = Result<Vec<Value>, Raise>;

/// A call's arguments, asked for as `luaL_check…` does.
pub(super) struct Args<'x> {
    /// The function as messages call it.
    pub name: &'static str,
    pub values: &'x [Value],
}

impl Args<'_> {
    pub fn get(&self, i: usize) -> &Value {
        self.values.get(i).unwrap_or(&Value::Nil)
    }

    /// Whether there is an argument, `nil` included.
    pub fn is_given(&self, i: usize) -> bool {
        i < self.values.len()
    }

    pub fn bad(&self, i: usize, why: impl std::fmt::Display) -> Raise {
        Raise::new(format_args!("bad argument #{} to '{}' ({why})", i + 1, self.name))
    }

    fn expected(&self, i: usize, what: &str) -> Raise {
        let got = self.values.get(i).map_or("no value", Value::type_name);
        self.bad(i, format_args!("{what} expected, got {got}"))
    }

    /// A string, or a number as one.
    pub fn text(&self, i: usize) -> Result<Vec<u8>, Raise> {
        match self.get(i) {
            Value::Text(text) => Ok(text.clone()),
            Value::Int(n) => Ok(n.to_string().into_bytes()),
            Value::Num(n) => Ok(number(*n).into_bytes()),
            _ => Err(self.expected(i, "string")),
        }
    }

    /// The same where it may be missing.
    pub fn opt_text(&self, i: usize) -> Result<Option<Vec<u8>>, Raise> {
        if *self.get(i) == Value::Nil { Ok(None) } else { self.text(i).map(Some) }
    }

    /// An integer, or what converts to one.
    pub fn int(&self, i: usize) -> Result<i64, Raise> {
        let number = match self.get(i) {
            Value::Int(n) => return Ok(*n),
            Value::Num(n) => *n,
            Value::Text(text) => std::str::from_utf8(text)
                .ok()
                .and_then(|t| t.trim().parse().ok())
                .ok_or_else(|| self.expected(i, "number"))?,
            _ => return Err(self.expected(i, "number")),
        };
        if number.fract() != 0.0 || number.abs() >= 9.2e18 {
            return Err(self.bad(i, "number has no integer representation"));
        }
        Ok(number as i64)
    }

    /// The same where it may be missing.
    pub fn opt_int(&self, i: usize) -> Result<Option<i64>, Raise> {
        if *self.get(i) == Value::Nil { Ok(None) } else { self.int(i).map(Some) }
    }

    /// An open file's number.
    pub fn file(&self, i: usize) -> Result<u32, Raise> {
        match self.get(i) {
            Value::File(number) => Ok(*number),
            _ => Err(self.expected(i, "FILE*")),
        }
    }
}

/// `%.14g`, with `.0` where that looks like an integer: how Lua writes a float.
pub(super) fn number(n: f64) -> String {
    if n.is_nan() {
        return if n.is_sign_negative() { "-nan" } else { "nan" }.to_owned();
    }
    if n.is_infinite() {
        return if n > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{n:.13e}");
    let (digits, exponent) = scientific.split_once('e').expect("format e writes an exponent");
    let exponent: i32 = exponent.parse().expect("an exponent is a number");
    let trimmed = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if (-4..14).contains(&exponent) {
        let text = trimmed(&format!("{n:.*}", usize::try_from(13 - exponent).unwrap_or(0)));
        if text.contains('.') { text } else { text + ".0" }
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{}e{sign}{:02}", trimmed(digits), exponent.abs())
    }
}

/// An open file as Lua holds it. Its methods are the prelude's, in the registry under [`METHODS`].
#[derive(Debug)]
pub(super) struct File(pub u32);

/// The registry's names for the methods of files, and for the one userdata each file has.
pub(super) const METHODS: &str = "drydock.methods";
pub(super) const FILES: &str = "drydock.files";

impl UserData for File {
    fn add_methods<M: mlua::UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_function(mlua::MetaMethod::Index, |lua, (_, key): (AnyUserData, mlua::Value)| {
            let methods: Table = lua.named_registry_value(METHODS)?;
            methods.raw_get::<mlua::Value>(key)
        });
        for (event, method) in [(mlua::MetaMethod::Close, "__close"), (mlua::MetaMethod::ToString, "__tostring")] {
            methods.add_meta_function(event, move |lua, this: AnyUserData| {
                let methods: Table = lua.named_registry_value(METHODS)?;
                methods.raw_get::<mlua::Function>(method)?.call::<mlua::Value>(this)
            });
        }
    }
}

/// Out of Lua. Tables are taken by their raw entries.
pub(super) fn from_lua(value: &mlua::Value, depth: u32) -> mlua::Result<Value> {
    Ok(match value {
        mlua::Value::Nil => Value::Nil,
        mlua::Value::Boolean(b) => Value::Bool(*b),
        mlua::Value::Integer(n) => Value::Int(*n),
        mlua::Value::Number(n) => Value::Num(*n),
        mlua::Value::String(text) => Value::Text(text.as_bytes().to_vec()),
        mlua::Value::Table(table) if depth < DEPTH => {
            let mut pairs = Vec::new();
            for pair in table.pairs::<mlua::Value, mlua::Value>() {
                let (key, value) = pair?;
                pairs.push((from_lua(&key, depth + 1)?, from_lua(&value, depth + 1)?));
            }
            Value::Table(pairs)
        }
        mlua::Value::UserData(data) => match data.borrow::<File>() {
            Ok(file) => Value::File(file.0),
            Err(_) => Value::Other("userdata"),
        },
        other => Value::Other(other.type_name()),
    })
}

/// Into Lua.
pub(super) fn to_lua(lua: &Lua, value: &Value) -> mlua::Result<mlua::Value> {
    Ok(match value {
        Value::Nil | Value::Other(_) => mlua::Value::Nil,
        Value::Bool(b) => mlua::Value::Boolean(*b),
        Value::Int(n) => mlua::Value::Integer(*n),
        Value::Num(n) => mlua::Value::Number(*n),
        Value::Text(text) => mlua::Value::String(lua.create_string(text)?),
        Value::Table(pairs) => {
            let table = lua.create_table()?;
            for (key, value) in pairs {
                table.raw_set(to_lua(lua, key)?, to_lua(lua, value)?)?;
            }
            mlua::Value::Table(table)
        }
        Value::File(number) => {
            let files: Table = lua.named_registry_value(FILES)?;
            let known: mlua::Value = files.raw_get(*number)?;
            if !known.is_nil() {
                return Ok(known);
            }
            let made = mlua::Value::UserData(lua.create_userdata(File(*number))?);
            files.raw_set(*number, &made)?;
            made
        }
    })
}

/// A call's answer as the prelude takes it: `true` and the results, or `false` and a message.
pub(super) fn answer(lua: &Lua, answer: &Answer) -> mlua::Result<MultiValue> {
    let mut out = MultiValue::new();
    match answer {
        Ok(values) => {
            out.push_back(mlua::Value::Boolean(true));
            for value in values {
                out.push_back(to_lua(lua, value)?);
            }
        }
        Err(Raise(message)) => {
            out.push_back(mlua::Value::Boolean(false));
            out.push_back(mlua::Value::String(lua.create_string(message)?));
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn floats_are_written_as_lua_writes_them() {
        for (n, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1_795_458_483.0, "1795458483.0"),
            (1e14, "1e+14"),
            (123_456_789_012_345.0, "1.2345678901234e+14"),
            (12_345_678_901_234.0, "12345678901234.0"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (1e300, "1e+300"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(number(n), text);
        }
    }
}
