//! Reading and assigning variables, those with a life of their own too.

use super::{Flow, Shell};
use crate::effects::{
    process::Status,
    shell::{
        expand::{quote_ansi, quote_single},
        state::{Items, Value, Variable},
        syntax::is_name,
        text::to_text,
    },
};

/// Links of `declare -n` followed.
const LINKS: usize = 8;

impl Shell<'_, '_, '_> {
    /// The variable a name leads to, `declare -n` followed.
    pub(in super::super) fn resolved(&self, name: &str) -> String {
        let mut name = name.to_owned();
        for _ in 0..LINKS {
            match self.state.variables.get(&name) {
                Some(Variable { reference: true, value: Value::Scalar(target), .. }) => name = to_text(target),
                _ => break,
            }
        }
        name
    }

    /// A variable's value; none where it is unset.
    pub(in super::super) fn value(&mut self, name: &str) -> Option<Vec<u8>> {
        if let Some(value) = self.own_value(name) {
            return Some(value);
        }
        let name = self.resolved(name);
        if let Some(words) = self.array_of_its_own(&name) {
            return words.into_iter().next();
        }
        match name.split_once('[') {
            // A reference may lead to an element.
            Some((array, index)) => {
                let index = index.strip_suffix(']')?.as_bytes().to_vec();
                let key = self.key_of(array, &index).ok()??;
                self.element_at(array, &key)
            }
            None => self.state.variables.get(&name)?.scalar().map(<[u8]>::to_vec),
        }
    }

    /// Values that nobody assigned.
    fn own_value(&mut self, name: &str) -> Option<Vec<u8>> {
        let number = match name {
            "LINENO" => self.state.line as u64,
            "RANDOM" => {
                let serial = u64::from(self.process.stage.next_serial());
                (serial.wrapping_mul(1_103_515_245).wrapping_add(12345) >> 8) & 0x7fff
            }
            "SRANDOM" => u64::from(self.process.stage.next_serial().wrapping_mul(2_654_435_761)),
            "SECONDS" if self.state.variables.get("SECONDS").is_none() => 0,
            "EPOCHSECONDS" => self.process.stage.now().max(0) as u64,
            "BASHPID" => u64::from(self.state.number) + u64::from(self.state.subshells),
            "BASH_SUBSHELL" => u64::from(self.state.subshells),
            "BASH_COMMAND" => return Some(Vec::new()),
            _ => return None,
        };
        Some(number.to_string().into_bytes())
    }

    /// Arrays that nobody assigned.
    pub(in super::super) fn array_of_its_own(&self, name: &str) -> Option<Vec<Vec<u8>>> {
        let running = &self.state.functions_running;
        match name {
            "FUNCNAME" if running.is_empty() => None,
            "FUNCNAME" => {
                let names = running.iter().rev().map(|n| n.clone().into_bytes());
                Some(names.chain([b"main".to_vec()]).collect())
            }
            "BASH_SOURCE" => {
                let of = |name: &String| {
                    self.state.functions.get(name).map_or_else(|| self.state.name.to_vec(), |f| f.source.clone())
                };
                Some(running.iter().rev().map(of).chain([self.state.name.to_vec()]).collect())
            }
            "BASH_LINENO" => Some(vec![b"0".to_vec(); running.len() + 1]),
            "DIRSTACK" => {
                let current = [self.state.logical.clone()];
                Some(current.into_iter().chain(self.state.directories.iter().rev().cloned()).collect())
            }
            "GROUPS" => Some(vec![b"0".to_vec()]),
            _ => None,
        }
    }

    /// Assigns a variable or, with a subscript, an element.
    pub(in super::super) fn assign(
        &mut self,
        name: &str,
        index: Option<&[u8]>,
        value: Vec<u8>,
        append: bool,
    ) -> Result<(), Flow> {
        let resolved = self.resolved(name);
        if let Some((array, element)) = resolved.split_once('[') {
            let element = element.trim_end_matches(']').as_bytes().to_vec();
            return self.assign(array, Some(&element), value, append);
        }
        let name = resolved.as_str();
        self.spend(value.len() + 64)?;
        let variable = self.state.variables.get(name);
        if variable.is_some_and(|v| v.readonly) {
            return Err(self.readonly(name));
        }
        let integer = variable.is_some_and(|v| v.integer);
        let is_array = variable.is_some_and(Variable::is_array);
        let key = match index {
            Some(index) => match self.key_of(name, index)? {
                Some(key) => Some(key),
                None => {
                    let shown = String::from_utf8_lossy(index).into_owned();
                    return Err(self.expansion_error(&format!("{name}[{shown}]: bad array subscript")));
                }
            },
            None => is_array.then(|| b"0".to_vec()),
        };
        let before = match (&key, append) {
            (_, false) => Vec::new(),
            (None, true) => self.value(name).unwrap_or_default(),
            (Some(key), true) => self.element_at(name, key).unwrap_or_default(),
        };
        let value = if integer {
            let (left, right) = (if append { self.evaluate(&before)? } else { 0 }, self.evaluate(&value)?);
            left.wrapping_add(right).to_string().into_bytes()
        } else if append {
            [before, value].concat()
        } else {
            value
        };
        self.put(name, key, value);
        Ok(())
    }

    /// Stores a value, by the variable's attributes.
    fn put(&mut self, name: &str, key: Option<Vec<u8>>, value: Vec<u8>) {
        let (allexport, serial) = (self.state.options.allexport, self.state.variables.next_serial());
        let variable = self.state.variables.get_mut(name);
        variable.exported |= allexport;
        let value = match (variable.upper, variable.lower) {
            (true, _) => String::from_utf8_lossy(&value).to_uppercase().into_bytes(),
            (_, true) => String::from_utf8_lossy(&value).to_lowercase().into_bytes(),
            _ => value,
        };
        match key {
            None => variable.value = Value::Scalar(value),
            Some(key) => put_element(variable, key, value, serial),
        }
        match name {
            "PATH" => self.search_path_changed(),
            "OPTIND" => self.state.option_at = 0,
            "POSIXLY_CORRECT" => self.state.options.posix = true,
            _ => {}
        }
    }

    /// Programs are looked for along the shell's PATH, exported or not.
    pub(in super::super) fn search_path_changed(&mut self) {
        match self.value("PATH") {
            Some(path) => drop(self.process.env.insert(b"PATH".to_vec(), path)),
            // Without one, programs are those of the directory one is in.
            None => drop(self.process.env.insert(b"PATH".to_vec(), Vec::new())),
        }
    }

    /// Replaces an array by words and `[key]=value` items, or appends them.
    pub(in super::super) fn assign_array(&mut self, name: &str, append: bool, items: Items) -> Result<(), Flow> {
        let resolved = self.resolved(name);
        let name = resolved.as_str();
        if self.state.variables.get(name).is_some_and(|v| v.readonly) {
            return Err(self.readonly(name));
        }
        let variable = self.state.variables.get_mut(name);
        let associative = matches!(variable.value, Value::Associative(_));
        if associative && !append {
            variable.value = Value::Associative(Default::default());
        } else if !associative {
            let kept = match std::mem::take(&mut variable.value) {
                Value::Indexed(all) if append => all,
                Value::Scalar(value) if append => [(0, value)].into(),
                _ => Default::default(),
            };
            variable.value = Value::Indexed(kept);
        }
        let mut next = match &variable.value {
            Value::Indexed(all) => all.last_key_value().map_or(0, |(last, _)| last + 1),
            _ => 0,
        };
        for (key, append, value) in items {
            self.steps(4)?;
            let key = key.unwrap_or_else(|| next.to_string().into_bytes());
            self.assign(name, Some(&key), value, append)?;
            if !associative
                && let Some(at) =
                    self.key_of(name, &key)?.and_then(|k: Vec<u8>| std::str::from_utf8(&k).ok()?.parse::<u64>().ok())
            {
                next = at.saturating_add(1);
            }
        }
        Ok(())
    }

    /// An assignment to a readonly variable ends the line; in posix mode the shell.
    pub(in super::super) fn readonly(&mut self, name: &str) -> Flow {
        self.expansion_error(&format!("{name}: readonly variable"))
    }

    /// Removes a variable or an element; false where it is readonly.
    pub(in super::super) fn unset(&mut self, name: &str, index: Option<&[u8]>) -> Result<bool, Flow> {
        let resolved = self.resolved(name);
        let name = resolved.as_str();
        match self.state.variables.get(name) {
            Some(variable) if variable.readonly => return Ok(false),
            None => return Ok(true),
            _ => {}
        }
        match index {
            None => drop(self.state.variables.remove(name)),
            Some(b"@" | b"*") => self.state.variables.get_mut(name).value = Value::Indexed(Default::default()),
            Some(index) => {
                let key = self.key_of(name, index)?.unwrap_or_default();
                match &mut self.state.variables.get_mut(name).value {
                    Value::Indexed(all) => {
                        drop(std::str::from_utf8(&key).ok().and_then(|k| all.remove(&k.parse().ok()?)));
                    }
                    Value::Associative(all) => drop(all.remove(&key)),
                    _ => {}
                }
            }
        }
        if name == "PATH" {
            self.search_path_changed();
        }
        Ok(true)
    }

    /// Sets a scalar that the shell itself keeps, whatever its attributes.
    pub(in super::super) fn set(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.state.variables.get_mut(name).value = Value::Scalar(value.into());
    }

    /// The letters of a variable's attributes, as `declare -p` has them.
    pub(in super::super) fn attributes(&self, name: &str) -> String {
        let Some(v) = self.state.variables.get(name) else { return String::new() };
        let letters = [
            (matches!(v.value, Value::Indexed(_)), 'a'),
            (matches!(v.value, Value::Associative(_)), 'A'),
            (v.integer, 'i'),
            (v.reference, 'n'),
            (v.readonly, 'r'),
            (v.exported, 'x'),
            (v.lower, 'l'),
            (v.upper, 'u'),
        ];
        letters.iter().filter(|(on, _)| *on).map(|(_, letter)| *letter).collect()
    }

    /// A variable as `declare -p` shows it, or as an assignment.
    pub(in super::super) fn declaration(&mut self, name: &str, single: bool) -> Vec<u8> {
        let attributes = self.attributes(name);
        let Some(variable) = self.state.variables.get(name) else { return Vec::new() };
        let head = if attributes.is_empty() && single {
            Vec::new()
        } else {
            format!("declare -{} ", if attributes.is_empty() { "-" } else { &attributes }).into_bytes()
        };
        let value = match &variable.value {
            Value::Unset => Vec::new(),
            Value::Scalar(value) if single && !value.iter().any(u8::is_ascii_control) => {
                [b"=", &quote_single(value)[..]].concat()
            }
            Value::Scalar(value) => [b"=", &double_quoted(value)[..]].concat(),
            _ => {
                let associative = matches!(variable.value, Value::Associative(_));
                let mut text = b"=(".to_vec();
                for (i, (key, value)) in variable.elements().into_iter().enumerate() {
                    if i > 0 && !associative {
                        text.push(b' ');
                    }
                    let key = if associative && !is_name(&to_text(&key)) { double_quoted(&key) } else { key };
                    text.extend([b"[", &key[..], b"]=", &double_quoted(value)].concat());
                    if associative {
                        text.push(b' ');
                    }
                }
                text.push(b')');
                text
            }
        };
        [&head[..], name.as_bytes(), &value].concat()
    }

    /// The environment of a program: exported variables, and `extra` ones.
    pub(in super::super) fn environment(
        &self,
        extra: &[(String, Vec<u8>)],
    ) -> std::collections::BTreeMap<Vec<u8>, Vec<u8>> {
        let exported = self.state.variables.iter().filter(|(_, v)| v.exported);
        let mut env: std::collections::BTreeMap<_, _> =
            exported.filter_map(|(name, v)| Some((name.clone().into_bytes(), v.scalar()?.to_vec()))).collect();
        env.extend(extra.iter().map(|(name, value)| (name.clone().into_bytes(), value.clone())));
        env
    }

    /// Statuses of the last pipeline.
    pub(in super::super) fn pipe_status(&mut self, statuses: &[Status]) {
        let all = statuses.iter().enumerate().map(|(i, s)| (i as u64, s.0.to_string().into_bytes()));
        self.state.variables.get_mut("PIPESTATUS").value = Value::Indexed(all.collect());
    }
}

fn put_element(variable: &mut Variable, key: Vec<u8>, value: Vec<u8>, serial: u64) {
    if let Value::Associative(all) = &mut variable.value {
        all.entry(key).or_insert((serial, Vec::new())).1 = value;
        return;
    }
    if !matches!(variable.value, Value::Indexed(_)) {
        let first = match std::mem::take(&mut variable.value) {
            Value::Scalar(value) => [(0, value)].into(),
            _ => Default::default(),
        };
        variable.value = Value::Indexed(first);
    }
    if let (Value::Indexed(all), Some(at)) =
        (&mut variable.value, std::str::from_utf8(&key).ok().and_then(|k| k.parse().ok()))
    {
        all.insert(at, value);
    }
}

/// `"…"`, or `$'…'` where there are controls.
pub(in super::super) fn double_quoted(text: &[u8]) -> Vec<u8> {
    if text.iter().any(u8::is_ascii_control) {
        return quote_ansi(text);
    }
    let mut out = vec![b'"'];
    for &b in text {
        if b"$`\"\\".contains(&b) {
            out.push(b'\\');
        }
        out.push(b);
    }
    out.push(b'"');
    out
}
