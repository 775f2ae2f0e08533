//! `Index.db`: a file of parts, one hash table for each index.
//!
//! ```text
//! file   "RpmX" version generation pages-of-places page-size packages'-generation 0 0
//! place  "Slo" 0 tag first-page pages
//! part   "RpmI" version generation slots used dummies mask keys'-end keys'-excess …      64 bytes
//!        slots × (key's offset with bits of its hash, instance and element)
//!        slots × the instance, where it has no room in those eight bytes
//!        keys, each with its length in front; offset 0 is none
//! ```

use super::{
    super::{
        index::INDEXES,
        packages::{Headers, Records, records},
    },
    PAGE, put,
};

const FILE_MAGIC: u32 = u32::from_le_bytes(*b"RpmX");
const PART_MAGIC: u32 = u32::from_le_bytes(*b"RpmI");
const PART_PLACE: u32 = u32::from_le_bytes(*b"Slo\0");
const VERSION: u32 = 0;

/// Bytes of a part's head.
const PART_HEAD: usize = 64;

/// Room left for more keys.
const SPARE_KEYS: usize = 4096;

/// Smallest number of slots of an index with this many rows, times four; it stays at most half full.
const FEWEST: usize = 256;

/// Writes the file.
pub(super) fn build(headers: &Headers, big_endian: bool, generation: u32) -> Vec<u8> {
    let mut file = Vec::new();
    put(&mut file, &[FILE_MAGIC, VERSION, 1, 1, PAGE as u32, generation, 0, 0]);
    let mut parts = Vec::new();
    for index in &INDEXES {
        let part = part(&records(headers, index, big_endian));
        let first = 1 + parts.len() / PAGE;
        put(&mut file, &[PART_PLACE, index.tag.0, first as u32, (part.len() / PAGE) as u32]);
        parts.extend(part);
    }
    while file.len() < PAGE {
        put(&mut file, &[PART_PLACE, 0, 0, 0]);
    }
    file.extend(parts);
    file
}

/// An index's hash table.
fn part(records: &Records) -> Vec<u8> {
    let rows: usize = records.values().map(Vec::len).sum();
    // rpm's own choice: the highest power of two not above, four times
    let slots = 4 * (1usize << rows.max(FEWEST).ilog2());
    let keys_len = 1 + records.keys().map(|key| length(key.len()).len() + key.len()).sum::<usize>();
    let size = (PART_HEAD + 12 * slots + keys_len + SPARE_KEYS).next_multiple_of(PAGE);
    // offsets have the low bits, with room to grow; the high bits of the key's hash are beside them
    let mask = !(((size - PART_HEAD - 12 * slots + 8192) as u32).next_power_of_two().max(0x10000) - 1);
    let mut table = Table { slots: vec![(0, 0); slots], instances: vec![0; slots], keys: vec![0], mask };
    for (key, records) in records {
        table.add(key, records);
    }
    let mut part = Vec::with_capacity(size);
    put(&mut part, &[PART_MAGIC, VERSION, 1, slots as u32, table.used(), 0, mask, table.keys.len() as u32, 0]);
    part.resize(PART_HEAD, 0);
    for (key, data) in &table.slots {
        put(&mut part, &[*key, *data]);
    }
    put(&mut part, &table.instances);
    part.extend(&table.keys);
    part.resize(size, 0);
    part
}

struct Table {
    slots: Vec<(u32, u32)>,
    instances: Vec<u32>,
    keys: Vec<u8>,
    mask: u32,
}

impl Table {
    fn add(&mut self, key: &[u8], records: &[(u32, u32)]) {
        let hash = murmur(key);
        let offset = self.keys.len() as u32 | hash & self.mask;
        self.keys.extend(length(key.len()));
        self.keys.extend(key);
        let (mut at, mut step) = (hash as usize & (self.slots.len() - 1), 7);
        let mut before = None;
        for record in records {
            // a file trigger's name, twice in one script, takes one slot
            if before.replace(record) == Some(record) {
                continue;
            }
            while self.slots[at].0 != 0 {
                at = (at + step) & (self.slots.len() - 1);
                step += 1;
            }
            let (data, instance) = encode(*record);
            self.slots[at] = (offset, data);
            self.instances[at] = instance;
        }
    }

    fn used(&self) -> u32 {
        self.slots.iter().filter(|(key, _)| *key != 0).count() as u32
    }
}

/// Instance and element in one word if they are small, and the instance in a second one if not.
fn encode((instance, element): (u32, u32)) -> (u32, u32) {
    if instance < 1 << 20 && element < 1 << 10 {
        (instance | element << 20, 0)
    } else if instance < 1 << 24 && element < 1 << 6 {
        (instance | element << 24 | 1 << 30, 0)
    } else {
        (element | 1 << 31, instance)
    }
}

/// A length, in one, three or seven bytes.
fn length(len: usize) -> Vec<u8> {
    match len {
        1..=254 => vec![len as u8],
        0..=65534 => [&[255], &(len as u16).to_le_bytes()[..]].concat(),
        _ => [&[255, 255, 255], &(len as u32).to_le_bytes()[..]].concat(),
    }
}

/// rpm's variant of Murmur.
fn murmur(key: &[u8]) -> u32 {
    const FACTOR: u32 = 0x5bd1_e995;
    let mix = |h: u32, shift: u32| {
        let h = h.wrapping_mul(FACTOR);
        h ^ h >> shift
    };
    let mut h = (key.len() as u32).wrapping_mul(FACTOR);
    for chunk in key.chunks(4) {
        let mut word = [0; 4];
        word[..chunk.len()].copy_from_slice(chunk);
        h = mix(h.wrapping_add(u32::from_le_bytes(word)), 16);
    }
    mix(mix(h, 10), 17)
}
