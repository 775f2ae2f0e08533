//! Arrays, whose keys loops see in the order gawk 5 has them: what a script writes down in a loop is the same then.
//!
//! An array that began with a whole number keeps those in order, behind all other keys. Other keys, and all of an array that
//! began with one, are in a hash table: chains with the newest first, the table growing with them (str_array.c).

use std::collections::BTreeMap;

use super::value::Value;

/// Sizes of the table; it grows when the chains are longer than two on the average.
const SIZES: [usize; 8] = [13, 127, 1021, 8191, 131_071, 1_048_573, 8_388_593, 16_777_213];

/// The hash of a key: sdbm's, in 32 bits, of signed characters.
fn hash(key: &[u8]) -> usize {
    key.iter().fold(0u32, |h, b| {
        let shifted = h << 6;
        (i32::from(*b as i8) as u32).wrapping_add(shifted).wrapping_add(shifted << 10).wrapping_sub(h)
    }) as usize
}

/// The keys that are in the table.
#[derive(Clone, Debug, Default)]
struct Chains {
    buckets: Vec<Vec<Vec<u8>>>,
    count: usize,
}

impl Chains {
    /// The chains' ends are their heads: what was put in last comes first.
    fn insert(&mut self, key: &[u8]) {
        if self.buckets.is_empty() {
            self.buckets.resize(SIZES[0], Vec::new());
        }
        self.count += 1;
        if self.count / self.buckets.len() > 2
            && let Some(&size) = SIZES.iter().find(|s| **s > self.buckets.len())
        {
            let old = std::mem::replace(&mut self.buckets, vec![Vec::new(); size]);
            for key in old.into_iter().flat_map(|chain| chain.into_iter().rev()) {
                self.buckets[hash(&key) % size].push(key);
            }
        }
        let size = self.buckets.len();
        self.buckets[hash(key) % size].push(key.to_vec());
    }

    fn remove(&mut self, key: &[u8]) {
        let size = self.buckets.len();
        if size > 0 {
            self.buckets[hash(key) % size].retain(|k| k != key);
            self.count -= 1;
        }
    }

    fn keys(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.buckets.iter().flat_map(|chain| chain.iter().rev())
    }
}

/// An array.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    values: BTreeMap<Vec<u8>, Value>,
    /// Whether whole numbers are apart: the first key was one.
    numbered: bool,
    numbers: BTreeMap<i32, ()>,
    chains: Chains,
}

/// A whole number, written as awk writes it.
fn number(key: &[u8]) -> Option<i32> {
    let text = std::str::from_utf8(key).ok().filter(|t| t.len() <= 11)?;
    text.parse::<i32>().ok().filter(|n| n.to_string() == text)
}

impl Table {
    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub fn contains(&self, key: &[u8]) -> bool {
        self.values.contains_key(key)
    }

    pub fn get(&self, key: &[u8]) -> Option<&Value> {
        self.values.get(key)
    }

    /// An element, made where it is missing.
    pub fn element(&mut self, key: Vec<u8>) -> &mut Value {
        if !self.values.contains_key(&key) {
            let number = number(&key);
            if self.values.is_empty() {
                self.numbered = number.is_some();
            }
            match number.filter(|_| self.numbered) {
                Some(number) => drop(self.numbers.insert(number, ())),
                None => self.chains.insert(&key),
            }
        }
        self.values.entry(key).or_default()
    }

    pub fn insert(&mut self, key: Vec<u8>, value: Value) {
        *self.element(key) = value;
    }

    pub fn remove(&mut self, key: &[u8]) {
        if self.values.remove(key).is_none() {
            return;
        }
        if self.values.is_empty() {
            return self.clear();
        }
        match number(key).filter(|_| self.numbered) {
            Some(number) => drop(self.numbers.remove(&number)),
            None => self.chains.remove(key),
        }
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// In the order of loops.
    pub fn keys(&self) -> Vec<Vec<u8>> {
        let numbers = self.numbers.keys().map(|n| n.to_string().into_bytes());
        self.chains.keys().cloned().chain(numbers).collect()
    }
}

impl FromIterator<(Vec<u8>, Value)> for Table {
    fn from_iter<I: IntoIterator<Item = (Vec<u8>, Value)>>(elements: I) -> Self {
        let mut table = Self::default();
        elements.into_iter().for_each(|(key, value)| table.insert(key, value));
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(keys: &[&str]) -> String {
        let table: Table = keys.iter().map(|k| (k.as_bytes().to_vec(), Value::Unset)).collect();
        let keys: Vec<_> = table.keys().iter().map(|k| String::from_utf8_lossy(k).into_owned()).collect();
        keys.join(" ")
    }

    /// What gawk 5.2.1 says to `BEGIN { a[KEY]…; for (k in a) print k }`.
    #[test]
    fn keys_come_as_gawk_has_them() {
        assert_eq!(order(&["root", "bin", "daemon", "nobody", "systemd-x"]), "systemd-x bin nobody daemon root");
        assert_eq!(order(&["5", "3", "0", "x", "100", "7"]), "x 0 3 5 7 100");
        assert_eq!(order(&["q", "5", "y", "z", "12", "3"]), "5 y z 12 q 3");
        assert_eq!(order(&["1", "2", "3", "foo", "bar"]), "foo bar 1 2 3");
    }

    #[test]
    fn an_emptied_array_begins_anew() {
        let mut table: Table = [(b"x".to_vec(), Value::Unset)].into_iter().collect();
        table.remove(b"x");
        for key in [&b"5"[..], b"y", b"3"] {
            table.insert(key.to_vec(), Value::Unset);
        }
        assert_eq!(table.keys(), [b"y", b"3", b"5"]);
    }
}
