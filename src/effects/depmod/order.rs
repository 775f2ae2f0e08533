//! The order of modules in the tables: as `modules.order` lists them, then the rest as kmod's hash table happens to hold them.
//! The hash is Paul Hsieh's "SuperFastHash" (azillionmonkeys.com/qed/hash.html), so that order is no accident and can be had.

use std::collections::BTreeMap;

use super::{search::Module, version::Version};

/// Buckets of kmod's table of modules.
const MODULE_BUCKETS: u32 = 512;
/// Buckets of its table of symbols.
pub(super) const SYMBOL_BUCKETS: u32 = 2048;

/// The hash's parts that differ between machines: how two bytes make a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hash {
    /// Big-endian, as s390x is.
    pub big: bool,
}

impl Hash {
    /// The bucket of a key among `buckets`, a power of two.
    pub fn bucket(self, key: &[u8], buckets: u32) -> u32 {
        self.of(key) & (buckets - 1)
    }

    fn of(self, key: &[u8]) -> u32 {
        let pair = |b: &[u8]| match self.big {
            true => u32::from(u16::from_be_bytes([b[0], b[1]])),
            false => u32::from(u16::from_le_bytes([b[0], b[1]])),
        };
        let mut hash = key.len() as u32;
        let mut fours = key.chunks_exact(4);
        for four in &mut fours {
            hash = hash.wrapping_add(pair(four));
            hash = hash << 16 ^ pair(&four[2..]) << 11 ^ hash;
            hash = hash.wrapping_add(hash >> 11);
        }
        match *fours.remainder() {
            [a, b, c] => {
                hash = hash.wrapping_add(pair(&[a, b]));
                hash ^= hash << 16;
                // names are ASCII, where a char's sign does not matter
                hash ^= u32::from(c) << 18;
                hash = hash.wrapping_add(hash >> 11);
            }
            [a, b] => {
                hash = hash.wrapping_add(pair(&[a, b]));
                hash ^= hash << 11;
                hash = hash.wrapping_add(hash >> 17);
            }
            [a] => {
                hash = hash.wrapping_add(u32::from(a));
                hash ^= hash << 10;
                hash = hash.wrapping_add(hash >> 1);
            }
            _ => {}
        }
        hash ^= hash << 3;
        hash = hash.wrapping_add(hash >> 5);
        hash ^= hash << 4;
        hash = hash.wrapping_add(hash >> 17);
        hash ^= hash << 25;
        hash.wrapping_add(hash >> 6)
    }
}

/// Puts the modules of `directory` into the tables' order.
pub(super) fn sorted(
    modules: BTreeMap<Vec<u8>, Module>,
    directory: &[u8],
    order: Option<&[u8]>,
    hash: Hash,
    version: Version,
) -> Vec<Module> {
    let mut modules: Vec<Module> = modules.into_values().collect();
    // a bucket is sorted by name, as the map was
    modules.sort_by_cached_key(|m| hash.bucket(&m.name, MODULE_BUCKETS));
    let ranks = order.and_then(|order| ranks(order, version));
    if let Some(ranks) = ranks {
        modules.sort_by_cached_key(|m| ranks.get(uncompressed(m, directory)).copied().unwrap_or(usize::MAX));
    }
    modules
}

/// A module's line in `modules.order`: its path with the extension cut to three bytes.
fn uncompressed<'a>(module: &'a Module, directory: &[u8]) -> &'a [u8] {
    let shown = module.shown(directory);
    let base = module.base() - (module.path.len() - shown.len()).min(module.base());
    &shown[..(base + module.name.len() + 3).min(shown.len())]
}

/// Line numbers; none where the file is one kmod gives up on: a line too long, or without its end.
fn ranks(order: &[u8], version: Version) -> Option<BTreeMap<&[u8], usize>> {
    let mut ranks = BTreeMap::new();
    let lines = order.strip_suffix(b"\n").or(order.is_empty().then_some(order))?;
    for (number, line) in lines.split(|&b| b == b'\n').enumerate() {
        if line.len() > 4094 || line.contains(&0) {
            return None;
        }
        match ranks.entry(line) {
            std::collections::btree_map::Entry::Occupied(_) if version >= Version::PARENTS_FIRST => {}
            entry => *entry.or_default() = number,
        }
    }
    Some(ranks)
}
