//! An index: a btree of keys, each with its records behind one another.
//!
//! Leaves stand in a row and are linked; internal pages hold, for each page below but the first, the shortest key that
//! parts it from the one before. The root is page 1.

use super::{
    super::packages::Records,
    page::{Head, Order, ROOM, Writer, kind},
};

const MAGIC: u32 = 0x0005_3162;

/// An item that is its bytes.
const INLINE: u8 = 1;
/// An item that is on pages of its own.
const OFF_PAGE: u8 = 3;

/// Longest item on a page: two keys and their records must fit.
const LONGEST_INLINE: usize = 1007;

/// Items begin at multiples of this.
const ALIGN: usize = 4;

/// Bytes of an internal item before its key; as many as an item has that is elsewhere.
const LEAD: usize = 12;

const ROOT: u32 = 1;

/// A page's place in the level above.
struct Child {
    /// No key on the page is lower, and all before it are.
    least: Vec<u8>,
    page: u32,
}

/// Leaf items by twos, key and records, and the keys themselves.
type Pairs<'a> = Vec<(&'a [u8], [Vec<u8>; 2])>;

/// Writes the file.
pub(super) fn build(records: &Records, name: &str, order: Order) -> Vec<u8> {
    let mut file = Writer::new(order, 2);
    let pairs: Pairs<'_> = records.iter().map(|(key, records)| pair(&mut file, key, records)).collect();
    let mut level = leaves(&mut file, &pairs);
    let mut height = 1;
    while level.len() > 1 {
        height += 1;
        level = internal(&mut file, &level, height);
    }
    // at least two keys a page; padding byte of records; root
    file.finish(kind::BTREE_META, MAGIC, name, &[(76, 2), (84, 0x20), (88, ROOT)])
}

fn pair<'a>(file: &mut Writer, key: &'a [u8], records: &[(u32, u32)]) -> (&'a [u8], [Vec<u8>; 2]) {
    // a key without bytes (the base name of "/") is kept as one NUL
    let key = if key.is_empty() { b"\0" } else { key };
    let order = file.order;
    let records: Vec<u8> = records.iter().flat_map(|r| [r.0, r.1]).flat_map(|n| order.word_bytes(n)).collect();
    (key, [leaf_item(file, key), leaf_item(file, &records)])
}

fn leaf_item(file: &mut Writer, bytes: &[u8]) -> Vec<u8> {
    if is_long(bytes) {
        return off_page(file, bytes);
    }
    [&file.order.short_bytes(bytes.len() as u16)[..], &[INLINE], bytes].concat()
}

fn is_long(bytes: &[u8]) -> bool {
    bytes.len() > LONGEST_INLINE
}

fn off_page(file: &mut Writer, bytes: &[u8]) -> Vec<u8> {
    let first = file.overflow(bytes);
    [&[0, 0, OFF_PAGE, 0], &file.order.word_bytes(first)[..], &file.order.word_bytes(bytes.len() as u32)].concat()
}

fn taken(item: &[u8]) -> usize {
    item.len().next_multiple_of(ALIGN) + 2
}

/// Cuts items into what fits on pages.
fn pages<T>(items: &[T], size: impl Fn(&T) -> usize) -> Vec<&[T]> {
    let mut pages = Vec::new();
    let (mut start, mut room) = (0, ROOM - ROOM % ALIGN);
    for (i, item) in items.iter().enumerate() {
        let size = size(item);
        if size > room {
            pages.push(&items[start..i]);
            (start, room) = (i, ROOM - ROOM % ALIGN);
        }
        room -= size;
    }
    pages.push(&items[start..]);
    pages
}

fn leaves(file: &mut Writer, pairs: &Pairs<'_>) -> Vec<Child> {
    let pages = pages(pairs, |(_, [key, records])| taken(key) + taken(records));
    let first = if pages.len() == 1 { ROOT } else { file.next() };
    let last = first + pages.len() as u32 - 1;
    let mut children: Vec<Child> = Vec::with_capacity(pages.len());
    let mut before: &[u8] = &[];
    for (number, pairs) in (first..).zip(pages) {
        if number != ROOT {
            file.add();
        }
        let previous = if number == first { 0 } else { number - 1 };
        let next = if number == last { 0 } else { number + 1 };
        let items: Vec<&[u8]> = pairs.iter().flat_map(|(_, items)| items).map(Vec::as_slice).collect();
        file.items(number, Head { previous, next, level: 1, kind: kind::BTREE_LEAF }, &items, ALIGN);
        let lowest = pairs.first().map_or(&[][..], |(key, _)| key);
        children.push(Child { least: parting(before, lowest), page: number });
        before = pairs.last().map_or(&[], |(key, _)| key);
    }
    children
}

/// The shortest beginning of `key` that is greater than `before`.
fn parting(before: &[u8], key: &[u8]) -> Vec<u8> {
    let common = before.iter().zip(key).take_while(|(a, b)| a == b).count();
    key[..key.len().min(common + 1)].to_vec()
}

fn internal(file: &mut Writer, children: &[Child], level: u8) -> Vec<Child> {
    let pages = pages(children, |child| {
        let key = if is_long(&child.least) { LEAD } else { child.least.len() };
        (LEAD + key).next_multiple_of(ALIGN) + 2
    });
    let only = pages.len() == 1;
    let mut parents = Vec::with_capacity(pages.len());
    for children in pages {
        let number = if only { ROOT } else { file.add() };
        let (first, others) = children.split_first().expect("no page is empty");
        // below everything: the first child's key is never looked at
        let mut items = vec![lead(file.order, 0, INLINE, first.page).to_vec()];
        items.extend(others.iter().map(|child| internal_item(file, child)));
        let items: Vec<&[u8]> = items.iter().map(Vec::as_slice).collect();
        file.items(number, Head { previous: 0, next: 0, level, kind: kind::BTREE_INTERNAL }, &items, ALIGN);
        parents.push(Child { least: first.least.clone(), page: number });
    }
    parents
}

fn internal_item(file: &mut Writer, child: &Child) -> Vec<u8> {
    let (kind, key) =
        if is_long(&child.least) { (OFF_PAGE, off_page(file, &child.least)) } else { (INLINE, child.least.clone()) };
    [&lead(file.order, key.len() as u16, kind, child.page)[..], &key].concat()
}

/// An internal item's front: length of its key, kind, page, and a count only numbered trees use.
fn lead(order: Order, len: u16, kind: u8, page: u32) -> [u8; LEAD] {
    let mut lead = [0; LEAD];
    lead[..2].copy_from_slice(&order.short_bytes(len));
    lead[2] = kind;
    lead[4..8].copy_from_slice(&order.word_bytes(page));
    lead
}
