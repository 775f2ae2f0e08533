//! Variables: scalars, arrays, and what functions hide of them.

use std::{cmp::Reverse, collections::BTreeMap, rc::Rc};

/// A variable's value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) enum Value {
    /// Declared only.
    #[default]
    Unset,
    Scalar(Vec<u8>),
    Indexed(BTreeMap<u64, Vec<u8>>),
    /// With the number of its insertion.
    Associative(BTreeMap<Vec<u8>, (u64, Vec<u8>)>),
}

#[derive(Clone, Debug, Default)]
pub(in super::super) struct Variable {
    pub value: Value,
    pub exported: bool,
    pub readonly: bool,
    /// `-i`
    pub integer: bool,
    /// `-l`
    pub lower: bool,
    /// `-u`
    pub upper: bool,
    /// `-n`
    pub reference: bool,
}

/// Keys bash's hash table of an associative array has at first.
const BUCKETS: u32 = 1024;

impl Variable {
    /// Its value, or that of its element 0; none where there is no such.
    pub(in super::super) fn scalar(&self) -> Option<&[u8]> {
        match &self.value {
            Value::Unset => None,
            Value::Scalar(value) => Some(value),
            Value::Indexed(all) => all.get(&0).map(Vec::as_slice),
            Value::Associative(all) => all.get(&b"0"[..]).map(|(_, value)| value.as_slice()),
        }
    }

    /// Every element by its key, in the order in which bash goes through them.
    pub(in super::super) fn elements(&self) -> Vec<(Vec<u8>, &[u8])> {
        match &self.value {
            Value::Unset => Vec::new(),
            Value::Scalar(value) => vec![(b"0".to_vec(), value)],
            Value::Indexed(all) => all.iter().map(|(i, v)| (i.to_string().into_bytes(), v.as_slice())).collect(),
            Value::Associative(all) => {
                let mut order: Vec<_> =
                    all.iter().map(|(key, (serial, value))| (bucket(key), Reverse(*serial), key, value)).collect();
                order.sort();
                order.into_iter().map(|(_, _, key, value)| (key.clone(), value.as_slice())).collect()
            }
        }
    }

    /// The value of an element; a scalar is element 0.
    pub(in super::super) fn element(&self, key: &[u8]) -> Option<&[u8]> {
        let number = || std::str::from_utf8(key).ok()?.parse::<u64>().ok();
        match &self.value {
            Value::Unset => None,
            Value::Scalar(value) => (key == b"0").then_some(value),
            Value::Indexed(all) => all.get(&number()?).map(Vec::as_slice),
            Value::Associative(all) => all.get(key).map(|(_, value)| value.as_slice()),
        }
    }

    /// Steps that a copy costs, beyond that of a short scalar.
    fn weight(&self) -> usize {
        match &self.value {
            Value::Unset => 0,
            Value::Scalar(value) => value.len() / 256,
            Value::Indexed(all) => all.len() / 2,
            Value::Associative(all) => all.len() / 2,
        }
    }

    /// Whether it is an array.
    pub(in super::super) fn is_array(&self) -> bool {
        matches!(self.value, Value::Indexed(_) | Value::Associative(_))
    }
}

/// Where hashlib.c's FNV hash puts a key; within a bucket the newest is first.
fn bucket(key: &[u8]) -> u32 {
    let hash = key.iter().fold(2_166_136_261_u32, |hash, &b| hash.wrapping_mul(16_777_619) ^ (b as i8 as u32));
    hash & (BUCKETS - 1)
}

/// The table, and for each running function what its locals hide.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Variables {
    table: Rc<BTreeMap<String, Variable>>,
    hidden: Vec<BTreeMap<String, Option<Variable>>>,
    serial: u64,
}

impl Variables {
    pub(in super::super) fn get(&self, name: &str) -> Option<&Variable> {
        self.table.get(name)
    }

    /// The variable, made where there is none.
    pub(in super::super) fn get_mut(&mut self, name: &str) -> &mut Variable {
        Rc::make_mut(&mut self.table).entry(name.to_owned()).or_default()
    }

    pub(in super::super) fn remove(&mut self, name: &str) -> Option<Variable> {
        self.table.contains_key(name).then(|| Rc::make_mut(&mut self.table).remove(name)).flatten()
    }

    /// Every variable by its name.
    pub(in super::super) fn iter(&self) -> impl Iterator<Item = (&String, &Variable)> {
        self.table.iter()
    }

    /// Steps that a copy costs.
    pub(in super::super) fn weight(&self) -> usize {
        self.table.len() + self.table.values().map(Variable::weight).sum::<usize>()
    }

    /// A number for the next key of an associative array.
    pub(in super::super) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// A function begins.
    pub(in super::super) fn enter(&mut self) {
        self.hidden.push(BTreeMap::new());
    }

    /// It ends: what it hid is there again.
    pub(in super::super) fn leave(&mut self) {
        for (name, before) in self.hidden.pop().unwrap_or_default() {
            match before {
                Some(variable) => *self.get_mut(&name) = variable,
                None => drop(self.remove(&name)),
            }
        }
    }

    /// Whether a function runs, so that `local` may be said.
    pub(in super::super) fn in_function(&self) -> bool {
        !self.hidden.is_empty()
    }

    /// Makes a variable the running function's own: without a value, and exported where the hidden one is.
    pub(in super::super) fn hide(&mut self, name: &str) {
        let Some(frame) = self.hidden.last_mut() else { return };
        if frame.contains_key(name) {
            return;
        }
        let before = self.table.get(name).cloned();
        let local = Variable { exported: before.as_ref().is_some_and(|v| v.exported), ..Variable::default() };
        frame.insert(name.to_owned(), before);
        *self.get_mut(name) = local;
    }

    /// Whether the running function has it as its own.
    pub(in super::super) fn is_local(&self, name: &str) -> bool {
        self.hidden.last().is_some_and(|frame| frame.contains_key(name))
    }

    /// The locals of the running function.
    pub(in super::super) fn locals(&self) -> Vec<String> {
        self.hidden.last().map(|frame| frame.keys().cloned().collect()).unwrap_or_default()
    }
}
