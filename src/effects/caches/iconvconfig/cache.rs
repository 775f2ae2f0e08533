//! Names, their hash table, the file.

use std::collections::BTreeMap;

use super::{
    config::{Config, Module},
    strings::Text,
};

const MAGIC: u32 = 0x2001_0324;
const HEADER: usize = 16;
const INTERNAL: &[u8] = b"INTERNAL";

/// How large the hash table is for a number of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HashSize {
    /// Half as many more.
    Now,
    /// Two fifths.
    Before230,
}

impl HashSize {
    fn of_names(self, names: u32) -> u32 {
        let mut size = match self {
            Self::Now => names.saturating_add(names >> 1),
            // As C computes it.
            Self::Before230 => (f64::from(names) * 1.4) as u32,
        } | 1;
        while !is_prime(size) {
            size = size.saturating_add(2);
        }
        size
    }

    /// Which one a cache has; none where that cannot be told.
    pub(super) fn of(cache: &[u8], big: bool) -> Option<Self> {
        let u16_at = |at: usize| {
            let bytes = cache.get(at..at + 2)?;
            Some(if big { u16::from_be_bytes([bytes[0], bytes[1]]) } else { u16::from_le_bytes([bytes[0], bytes[1]]) })
        };
        let magic = if big { MAGIC.to_be_bytes() } else { MAGIC.to_le_bytes() };
        if !cache.starts_with(&magic) {
            return None;
        }
        let (start, size) = (usize::from(u16_at(6)?), usize::from(u16_at(8)?));
        let table = cache.get(start..start + 4 * size)?;
        let names = table.chunks_exact(4).filter(|entry| entry[..2] != [0, 0]).count() as u32;
        // Names that are given twice are counted twice, so the number of names is only a lower bound.
        let ratio = size as f64 / f64::from(names.max(1));
        (names > 50).then_some(if ratio < 1.45 { Self::Before230 } else { Self::Now })
    }
}

fn is_prime(candidate: u32) -> bool {
    let candidate = u64::from(candidate);
    let mut divisor = 3;
    while divisor * divisor < candidate && !candidate.is_multiple_of(divisor) {
        divisor += 2;
    }
    !candidate.is_multiple_of(divisor)
}

/// P. J. Weinberger's, of 32 bits.
fn hash(name: &[u8]) -> u32 {
    name.iter().fold(0u32, |hash, &byte| {
        let hash = (hash << 4).wrapping_add(u32::from(byte));
        let high = hash & 0xf000_0000;
        hash ^ high >> 24 ^ high
    })
}

/// What is known of a character set.
#[derive(Default)]
struct Info {
    name: Option<Text>,
    from_internal: Option<usize>,
    to_internal: Option<usize>,
    /// Converters to others than INTERNAL: where to, which; the last first.
    others: Vec<(usize, usize)>,
}

pub(super) struct Cache {
    config: Config,
    /// By name: its text, and which set it names.
    names: BTreeMap<Vec<u8>, (Text, usize)>,
    /// Counting those that are given twice.
    name_count: u32,
    sets: Vec<Info>,
    modules: Vec<Module>,
}

impl Cache {
    pub(super) fn of(mut config: Config) -> Self {
        let internal = config.strings.add(INTERNAL);
        let modules: Vec<Module> = in_order(std::mem::take(&mut config.modules));
        let mut cache = Self { config, names: BTreeMap::new(), name_count: 1, sets: Vec::new(), modules };
        cache.names.insert(INTERNAL.to_vec(), (internal, usize::MAX));
        let mut before: &[u8] = b"";
        for module in &cache.modules {
            if module.from != before && module.from != INTERNAL {
                cache.name_count += 1;
                cache.names.entry(module.from.clone()).or_insert((module.from_text, usize::MAX));
            }
            before = &module.from;
            if module.to != INTERNAL {
                cache.name_count += 1;
                cache.names.entry(module.to.clone()).or_insert((module.to_text, usize::MAX));
            }
        }
        cache.set(INTERNAL, internal);
        for n in 0..cache.modules.len() {
            let Module { from, to, from_text, to_text, .. } = &cache.modules[n];
            let (from, to, from_text, to_text) = (from.clone(), to.clone(), *from_text, *to_text);
            if from == INTERNAL {
                let set = cache.set(&to, to_text);
                cache.sets[set].from_internal = Some(n);
            } else if to == INTERNAL {
                let set = cache.set(&from, from_text);
                cache.sets[set].to_internal = Some(n);
            } else {
                let set = cache.set(&from, from_text);
                let other = cache.set_index(&to);
                cache.sets[set].others.insert(0, (other, n));
            }
        }
        for (from, (text, to)) in &cache.config.aliases {
            if let Some((_, set)) = cache.names.get(to).copied() {
                cache.name_count += 1;
                cache.names.entry(from.clone()).or_insert((*text, set));
            }
        }
        cache
    }

    fn set_index(&mut self, name: &[u8]) -> usize {
        let next = self.sets.len();
        let index = self.names.get_mut(name).map(|(_, index)| {
            if *index == usize::MAX {
                *index = next;
            }
            *index
        });
        let index = index.unwrap_or(0);
        if index == next {
            self.sets.push(Info::default());
        }
        index
    }

    fn set(&mut self, name: &[u8], text: Text) -> usize {
        let index = self.set_index(name);
        self.sets[index].name = Some(text);
        index
    }

    pub(super) fn bytes(&self, big: bool, hash_size: HashSize) -> Vec<u8> {
        let mut strings = self.config.strings.finish();
        let mut text = std::mem::take(&mut strings.bytes);
        text.resize(text.len().next_multiple_of(2), 0);
        let hash_size = hash_size.of_names(self.name_count) as usize;
        let mut table = vec![[0; 2]; hash_size];
        for (name, (at, set)) in &self.names {
            let hash = hash(name) as usize;
            let (mut place, step) = (hash % hash_size, 1 + hash % (hash_size - 2));
            while table[place][0] != 0 {
                place = (place + step) % hash_size;
            }
            table[place] = [strings.offset(*at), *set];
        }
        let place = |text: Text| strings.offset(text);
        let files = |module: Option<usize>| match module.map(|n| &self.modules[n]) {
            Some(module) => [place(module.directory), place(module.file)],
            None => [0, 0],
        };
        let (mut modules, mut others) = (Vec::new(), Vec::new());
        for set in &self.sets {
            let (from, to) = (files(set.from_internal), files(set.to_internal));
            // One more than where they are: 0 says that there are none.
            let other = if set.others.is_empty() { 0 } else { 1 + 2 * others.len() };
            modules.extend([set.name.map_or(0, place), from[0], from[1], to[0], to[1], other]);
            for (to, module) in &set.others {
                let [directory, file] = files(Some(*module));
                others.extend([1, *to, directory, file]);
            }
            if !set.others.is_empty() {
                others.push(0);
            }
        }
        let hash_at = HEADER + text.len();
        let modules_at = hash_at + 4 * hash_size;
        let others_at = modules_at + 2 * modules.len();
        // Offsets wrap as in C where they do not fit; glibc then does not find what it looks for, here as there.
        let number = |n: usize| if big { (n as u16).to_be_bytes() } else { (n as u16).to_le_bytes() };
        let mut out = (if big { MAGIC.to_be_bytes() } else { MAGIC.to_le_bytes() }).to_vec();
        out.extend([HEADER, hash_at, hash_size, modules_at, others_at, 0].into_iter().flat_map(number));
        out.extend(text);
        out.extend(table.into_iter().flatten().chain(modules).chain(others).flat_map(number));
        out
    }
}

/// By name of the set they convert from, and of those the last first.
fn in_order(modules: BTreeMap<(Vec<u8>, Vec<u8>), Module>) -> Vec<Module> {
    let mut ordered: Vec<Module> = Vec::new();
    let mut start = 0;
    for module in modules.into_values() {
        if ordered.get(start).is_some_and(|first| first.from != module.from) {
            start = ordered.len();
        }
        ordered.insert(start, module);
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_tables_grow_to_primes() {
        assert_eq!(HashSize::Now.of_names(100), 151);
        assert_eq!(HashSize::Before230.of_names(100), 149);
        assert!(is_prime(11) && !is_prime(25) && !is_prime(9));
        assert_eq!(hash(b"INTERNAL"), hash(b"INTERNAL"));
    }
}
