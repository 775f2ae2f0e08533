//! `Packages.db`: pages of places, and behind them the headers, in blocks of 16 bytes.
//!
//! ```text
//! file    "RpmP" version generation pages-of-places next-instance 0 0 0
//! place   "Slot" instance first-block blocks                            all but the first zero: free
//! header  "BlbS" instance generation length … zeros adler32 length "BlbE"
//! ```

use std::collections::BTreeMap;

use super::{
    super::{
        Error,
        packages::{MAX_SIZE, Packages},
    },
    BLOCK, PAGE, PLACE, put, word,
};

const MAGIC: u32 = u32::from_le_bytes(*b"RpmP");
const VERSION: u32 = 0;
const BEGIN: u32 = u32::from_le_bytes(*b"BlbS");
const END: u32 = u32::from_le_bytes(*b"BlbE");

/// The file's head takes this many places.
const HEAD_PLACES: usize = 2;

/// Bytes around a header.
const FRONT: usize = 16;
const BACK: usize = 12;

/// Reads all packages.
pub(super) fn read(file: &[u8]) -> Result<Packages, Error> {
    let form = |why| Err(Error::Form { why });
    if file.len() > MAX_SIZE {
        return form("is larger than 1 GiB");
    }
    if file.len() < PAGE || word(file, 0) != MAGIC {
        return form("is no Packages.db");
    }
    if word(file, 4) != VERSION {
        return form("is of a version newer than rpm 4.18's");
    }
    let end = word(file, 12) as usize * PAGE;
    let Some(places) = file.get(HEAD_PLACES * BLOCK..end) else {
        return form("is cut off in its list of packages");
    };
    let mut packages = Packages { blobs: BTreeMap::new(), last: word(file, 16).saturating_sub(1) };
    // by place in the file: no byte may belong to two packages, or a small file could hold endless many
    let mut spans = BTreeMap::new();
    for place in places.chunks_exact(BLOCK) {
        if word(place, 0) != PLACE {
            return form("is damaged: its list of packages has a foreign entry");
        }
        let [instance, first, count] = [4, 8, 12].map(|at| word(place, at));
        if first != 0 && spans.insert(first as usize * BLOCK, (instance, count as usize * BLOCK)).is_some() {
            return form("is damaged: packages overlap");
        }
    }
    let mut free = end;
    for (start, (instance, len)) in spans {
        if start < free {
            return form("is damaged: packages overlap");
        }
        let Some(bytes) = file.get(start..start + len) else {
            return form("is cut off in a package");
        };
        free = start + len;
        let blob = blob(bytes, instance)?.to_vec();
        if instance == 0 || packages.blobs.insert(instance, blob).is_some() {
            return form("is damaged: a package is in it twice");
        }
    }
    let highest = packages.blobs.last_key_value().map_or(0, |(n, _)| *n);
    packages.last = packages.last.max(highest);
    Ok(packages)
}

/// A header out of its blocks.
fn blob(bytes: &[u8], instance: u32) -> Result<&[u8], Error> {
    let damaged = Err(Error::Form { why: "is damaged: a package is not what the list says" });
    if bytes.len() < FRONT + BACK || word(bytes, 0) != BEGIN || word(bytes, 4) != instance {
        return damaged;
    }
    let len = word(bytes, 12) as usize;
    let (summed, back) = bytes.split_at(bytes.len() - BACK);
    if (FRONT + len + BACK).next_multiple_of(BLOCK) != bytes.len()
        || [word(back, 4) as usize, word(back, 8) as usize] != [len, END as usize]
    {
        return damaged;
    }
    if word(back, 0) != adler32(summed) {
        return Err(Error::Form { why: "is damaged: a package's sum is wrong" });
    }
    Ok(&summed[FRONT..FRONT + len])
}

/// Writes the file: headers by instance, no gaps.
pub(super) fn build(packages: &Packages, generation: u32) -> Vec<u8> {
    let per_page = PAGE / BLOCK;
    let pages = (HEAD_PLACES + packages.blobs.len()).div_ceil(per_page);
    let mut file = Vec::with_capacity(pages * PAGE);
    put(&mut file, &[MAGIC, VERSION, generation, pages as u32, packages.last + 1, 0, 0, 0]);
    let mut first = (pages * per_page) as u32;
    for (instance, blob) in &packages.blobs {
        let blocks = (FRONT + blob.len() + BACK).div_ceil(BLOCK) as u32;
        put(&mut file, &[PLACE, *instance, first, blocks]);
        first += blocks;
    }
    while file.len() < pages * PAGE {
        put(&mut file, &[PLACE, 0, 0, 0]);
    }
    for ((instance, blob), generation) in packages.blobs.iter().zip(1..) {
        let start = file.len();
        put(&mut file, &[BEGIN, *instance, generation, blob.len() as u32]);
        file.extend(blob);
        file.resize((file.len() + BACK).next_multiple_of(BLOCK) - BACK, 0);
        let sum = adler32(&file[start..]);
        put(&mut file, &[sum, blob.len() as u32, END]);
    }
    file
}

/// RFC 1950.
fn adler32(bytes: &[u8]) -> u32 {
    const MODULUS: u32 = 65521;
    let (mut a, mut b) = (1u32, 0u32);
    // as many bytes as cannot overflow
    for chunk in bytes.chunks(5552) {
        for byte in chunk {
            a += u32::from(*byte);
            b += a;
        }
        (a, b) = (a % MODULUS, b % MODULUS);
    }
    b << 16 | a
}
