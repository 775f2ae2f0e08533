//! The order in which p11-kit's table of strings gives purposes back, which is the order it writes them in.

use super::der;

/// Purposes as the table has them once those of `without` are out: by bucket, and there by arrival.
pub(super) fn order(oids: &[Vec<u8>], without: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut buckets: Vec<Vec<(u32, &Vec<u8>)>> = vec![Vec::new(); 9];
    let mut count = 0;
    for oid in oids {
        let Some(text) = der::dotted(oid) else { continue };
        let hash = murmur3(text.as_bytes());
        let bucket = hash as usize % buckets.len();
        if buckets[bucket].iter().any(|(_, o)| *o == oid) {
            continue;
        }
        buckets[bucket].push((hash, oid));
        count += 1;
        if count > buckets.len() {
            // It grows: everything is put anew, each before those that were there.
            let mut wider = vec![Vec::new(); buckets.len() * 2 + 1];
            for entry in buckets.into_iter().flatten() {
                let bucket = entry.0 as usize % wider.len();
                wider[bucket].insert(0, entry);
            }
            buckets = wider;
        }
    }
    buckets.into_iter().flatten().map(|(_, o)| o).filter(|o| !without.contains(o)).cloned().collect()
}

/// MurmurHash3, 32 bits, as p11-kit has it.
fn murmur3(data: &[u8]) -> u32 {
    let mix = |k: u32| k.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    let mut hash = 42u32;
    let mut chunks = data.chunks_exact(4);
    for chunk in &mut chunks {
        hash ^= mix(u32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]));
        hash = hash.rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
    }
    let tail = chunks.remainder();
    if !tail.is_empty() {
        hash ^= mix(tail.iter().rev().fold(0, |k, &b| k << 8 | u32::from(b)));
    }
    // The length of what was left over, where the reference has that of all.
    hash ^= u32::try_from(tail.len()).unwrap_or_default();
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}
