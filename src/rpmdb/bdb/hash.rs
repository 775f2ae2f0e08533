//! `Packages`: a linear hash file.
//!
//! Bucket b's first page is b + spares[bit length of b]; a bucket goes on at its page's `next`. On a page, keys and
//! values take turns, each with a byte in front that says whether the rest is the bytes themselves or where they are.

use std::collections::BTreeMap;

use super::{
    super::{Backend, Error, packages::Packages},
    page::{Head, Order, Page, ROOM, Reader, VERSION, Writer, kind},
};

const MAGIC: u32 = 0x0006_1561;

/// An item that is its bytes.
const INLINE: u8 = 1;
/// An item that is elsewhere: three unused bytes, first page, length.
const OFF_PAGE: u8 = 3;

/// Longest value Berkeley DB keeps on a page of 4096 bytes.
const LONGEST_INLINE: usize = 1024;

/// The hash of `%$sniglet^&` and a NUL, by which a file says which function it uses.
const FUNCTION: u32 = 0x5e68_8dd1;

/// Packages per bucket: a third of a page, so that rpm can go on for a while without splitting.
const LOAD: usize = 64;

/// Reads all packages.
pub(super) fn read(file: &[u8]) -> Result<Packages, Error> {
    let (mut reader, meta) = Reader::open(file, MAGIC)?;
    let word = |at| meta.order.word(meta.bytes, at);
    if meta.kind() != kind::HASH_META || word(16) != VERSION {
        return Err(Error::Form { why: "is of a version of Berkeley DB that rpm 4.14 does not use" });
    }
    let mut packages = Packages::default();
    for bucket in 0..=word(72) {
        let group = u32::BITS - bucket.leading_zeros();
        let spare = if group < 32 { word(96 + 4 * group as usize) } else { u32::MAX };
        let mut next = bucket.checked_add(spare).ok_or(Error::Form { why: "has more buckets than pages" })?;
        loop {
            let page = reader.page(next)?;
            take_items(&mut reader, &page, &mut packages)?;
            next = page.next();
            if next == 0 {
                break;
            }
        }
    }
    let highest = packages.blobs.last_key_value().map_or(0, |(n, _)| *n);
    packages.last = packages.last.max(highest);
    Ok(packages)
}

fn take_items(reader: &mut Reader<'_>, page: &Page<'_>, packages: &mut Packages) -> Result<(), Error> {
    let damaged = |why| Error::Page { page: page.number, why };
    match page.kind() {
        kind::HASH | kind::HASH_UNSORTED => {}
        // a page of a bucket nothing was put into yet
        kind::NONE => return Ok(()),
        _ => return Err(damaged("is no hash page, and a bucket is there")),
    }
    let items = page.items()?;
    let (pairs, rest) = items.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(damaged("has a key without a value"));
    }
    for [key, value] in pairs {
        let key = key.strip_prefix(&[INLINE]).filter(|k| k.len() == 4).ok_or(damaged("has a key that is no number"))?;
        let instance = page.order.word(key, 0);
        let value = match value[0] {
            INLINE => value[1..].to_vec(),
            OFF_PAGE if value.len() == 12 => reader.overflow(page.order.word(value, 4), page.order.word(value, 8))?,
            _ => return Err(damaged("has a value of an unknown kind")),
        };
        if instance == 0 {
            let last = <[u8; 4]>::try_from(value).map_err(|_| damaged("has a highest number that is none"))?;
            packages.last = page.order.word(&last, 0);
        } else if packages.blobs.insert(instance, value).is_some() {
            return Err(damaged("has a package that is elsewhere too"));
        }
    }
    Ok(())
}

/// Writes the file: buckets on pages 1 to N, behind them headers and what buckets have no room for.
pub(super) fn build(packages: &Packages, order: Order) -> Vec<u8> {
    let pairs = packages.blobs.len() + 1;
    let buckets = pairs.div_ceil(LOAD).next_power_of_two().max(2) as u32;
    let mut file = Writer::new(order, 1 + buckets);
    let mut contents: BTreeMap<u32, Vec<[Vec<u8>; 2]>> = (0..buckets).map(|b| (b, Vec::new())).collect();
    let last = order.word_bytes(packages.last);
    let numbered = packages.blobs.iter().map(|(instance, blob)| (*instance, &blob[..]));
    for (instance, value) in [(0, &last[..])].into_iter().chain(numbered) {
        let key = order.word_bytes(instance);
        let bucket = contents.get_mut(&(hash(&key) & (buckets - 1))).expect("all buckets are there");
        bucket.push([[&[INLINE], &key[..]].concat(), item(&mut file, value)]);
    }
    for (bucket, mut pairs) in contents {
        // pages are searched by halving
        pairs.sort();
        fill(&mut file, bucket + 1, &pairs);
    }
    let mut words =
        vec![(72, buckets - 1), (76, buckets - 1), (80, buckets / 2 - 1), (88, pairs as u32), (92, FUNCTION)];
    words.extend((0..=buckets.ilog2()).map(|group| (96 + 4 * group as usize, 1)));
    file.finish(kind::HASH_META, MAGIC, Backend::BerkeleyDb.file(), &words)
}

fn item(file: &mut Writer, value: &[u8]) -> Vec<u8> {
    if value.len() <= LONGEST_INLINE {
        return [&[INLINE], value].concat();
    }
    let first = file.overflow(value);
    [&[OFF_PAGE, 0, 0, 0], &file.order.word_bytes(first)[..], &file.order.word_bytes(value.len() as u32)].concat()
}

/// Puts a bucket's pairs on its page, and on more pages if they are too many.
fn fill(file: &mut Writer, first: u32, mut pairs: &[[Vec<u8>; 2]]) {
    let (mut number, mut previous) = (first, 0);
    loop {
        let mut room = ROOM;
        let fitting = pairs.iter().take_while(|[key, value]| {
            let taken = key.len() + value.len() + 4;
            let fits = taken <= room;
            room = room.saturating_sub(taken);
            fits
        });
        let (here, rest) = pairs.split_at(fitting.count());
        let next = if rest.is_empty() { 0 } else { file.add() };
        let items: Vec<&[u8]> = here.iter().flatten().map(Vec::as_slice).collect();
        file.items(number, Head { previous, next, level: 0, kind: kind::HASH }, &items, 1);
        if next == 0 {
            return;
        }
        (number, previous, pairs) = (next, number, rest);
    }
}

/// Berkeley DB's own: FNV-1 from zero.
fn hash(key: &[u8]) -> u32 {
    key.iter().fold(0, |h: u32, byte| h.wrapping_mul(16_777_619) ^ u32::from(*byte))
}
