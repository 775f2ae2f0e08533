//! The `.bin` files: a trie from names to values, read by libkmod (`libkmod/libkmod-index.c` describes it).
//!
//! ```text
//! magic 0xB007F457, version 0x00020001, offset of the root; all numbers u32 big-endian
//! node   prefix and NUL, if it has one · first and last edge u8 and an offset for each between, if it has children
//!        number of values, then priority, string and NUL of each, if it has any
//! ```
//! An offset's upper bits say which of the three parts its node has. An edge's byte is in no prefix.

const MAGIC: u32 = 0xB007_F457;
const VERSION: u32 = 0x0002_0001;
const PREFIX: u32 = 0x8000_0000;
const VALUES: u32 = 0x4000_0000;
const CHILDREN: u32 = 0x2000_0000;
/// What is left for an offset, and so the size of a file.
const OFFSET: u32 = 0x0FFF_FFFF;
/// Names are 7-bit.
const BYTES: u8 = 128;
const NONE: u32 = u32::MAX;

/// Which end of the trie comes first in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// Children, then their parent: up to kmod 33.
    ChildrenFirst,
    /// Parents first: from kmod 34 on.
    ParentsFirst,
}

/// Names and values of a trie to be.
#[derive(Debug, Default)]
pub(super) struct Index {
    text: Vec<u8>,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// From where its key stands in the text, then its value, up to where.
    key: u32,
    value: u32,
    end: u32,
    priority: u32,
}

/// A node: its keys share the bytes up to `prefix.1`, those before `prefix.0` being its parents' and its edge.
#[derive(Clone, Copy, Debug)]
struct Node {
    prefix: (u32, u32),
    /// Entries whose key ends here.
    values: (u32, u32),
    edge: u8,
    parent: u32,
    child: u32,
    sibling: u32,
}

impl Index {
    /// Adds a value to a name. Of equal priorities in one name the newest is read first.
    pub fn insert(&mut self, key: &[&[u8]], value: &[u8], priority: u32) {
        let length = key.iter().map(|k| k.len()).sum::<usize>() + value.len();
        // No trie of that size could be written; names that are not 7-bit are none to libkmod.
        if self.text.len() + length > OFFSET as usize || key.iter().any(|k| k.iter().any(|b| *b >= BYTES || *b == 0)) {
            return;
        }
        let start = self.text.len() as u32;
        key.iter().for_each(|k| self.text.extend_from_slice(k));
        let middle = self.text.len() as u32;
        self.text.extend_from_slice(value);
        self.entries.push(Entry { key: start, value: middle, end: self.text.len() as u32, priority });
    }

    /// The file.
    pub fn write(mut self, layout: Layout) -> Vec<u8> {
        let mut entries = std::mem::take(&mut self.entries);
        // later entries stand later in the text
        let key = |e: &Entry| (&self.text[e.key as usize..e.value as usize], e.priority, std::cmp::Reverse(e.key));
        entries.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
        self.entries = entries;
        let nodes = self.nodes();
        let order = match layout {
            Layout::ParentsFirst => (0..nodes.len() as u32).collect(),
            Layout::ChildrenFirst => children_first(&nodes),
        };
        let mut offsets = vec![0_u32; nodes.len()];
        let mut at = 12_usize;
        for &number in &order {
            let node = &nodes[number as usize];
            offsets[number as usize] = at as u32 & OFFSET | parts(node);
            at += self.size(&nodes, node);
        }
        let mut out = Vec::with_capacity(at);
        [MAGIC, VERSION, offsets[0]].iter().for_each(|n| out.extend(n.to_be_bytes()));
        for &number in &order {
            self.write_node(&nodes, &nodes[number as usize], &offsets, &mut out);
        }
        out
    }

    fn key(&self, entry: u32) -> &[u8] {
        let entry = &self.entries[entry as usize];
        &self.text[entry.key as usize..entry.value as usize]
    }

    /// The trie, parents before their children: a root without prefix, and a node wherever keys part or one ends.
    fn nodes(&self) -> Vec<Node> {
        let mut nodes = Vec::with_capacity(self.entries.len() * 3 / 2 + 1);
        // ranges of sorted entries still to become nodes: from, to, where their own part of the key starts, parent, edge
        let mut open = vec![(0, self.entries.len() as u32, 0, NONE, 0)];
        while let Some((from, to, start, parent, edge)) = open.pop() {
            let number = nodes.len() as u32;
            let length = if parent == NONE || from == to { start } else { start + self.shared(from, to, start) };
            let ends = (from..to).take_while(|&e| self.key(e).len() == length as usize).count() as u32;
            nodes.push(Node {
                prefix: (start, length),
                values: (from, from + ends),
                edge,
                parent,
                child: NONE,
                sibling: NONE,
            });
            let children = open.len();
            let mut from = from + ends;
            while from < to {
                let edge = self.key(from)[length as usize];
                let next = from
                    + self.entries[from as usize..to as usize]
                        .partition_point(|e| self.text[(e.key + length) as usize] <= edge) as u32;
                open.push((from, next, length + 1, number, edge));
                from = next;
            }
            // the first edge is to come next, so that the order is that of a walk
            open[children..].reverse();
        }
        // siblings stand in the order of their edges: from the last back, each goes before those already there
        for number in (1..nodes.len()).rev() {
            let parent = nodes[number].parent as usize;
            nodes[number].sibling = std::mem::replace(&mut nodes[parent].child, number as u32);
        }
        nodes
    }

    /// How many bytes after `start` the first and the last of sorted keys share: so do all between.
    fn shared(&self, from: u32, to: u32, start: u32) -> u32 {
        let (first, last) = (&self.key(from)[start as usize..], &self.key(to - 1)[start as usize..]);
        first.iter().zip(last).take_while(|(a, b)| a == b).count() as u32
    }

    fn prefix(&self, node: &Node) -> &[u8] {
        // the entries below a node start with its own values, if it has any
        &self.key(node.values.0)[node.prefix.0 as usize..node.prefix.1 as usize]
    }

    fn size(&self, nodes: &[Node], node: &Node) -> usize {
        let prefix = node.prefix.1 - node.prefix.0;
        let mut size = if prefix > 0 { prefix as usize + 1 } else { 0 };
        if let Some((first, last)) = edges(nodes, node) {
            size += 2 + 4 * (usize::from(last - first) + 1);
        }
        if node.values.0 < node.values.1 {
            let values = &self.entries[node.values.0 as usize..node.values.1 as usize];
            size += 4 + values.iter().map(|e| 4 + (e.end - e.value) as usize + 1).sum::<usize>();
        }
        size
    }

    fn write_node(&self, nodes: &[Node], node: &Node, offsets: &[u32], out: &mut Vec<u8>) {
        if node.prefix.0 < node.prefix.1 {
            out.extend_from_slice(self.prefix(node));
            out.push(0);
        }
        if let Some((first, last)) = edges(nodes, node) {
            out.extend([first, last]);
            let mut children = children(nodes, node).peekable();
            for edge in first..=last {
                let child = children.next_if(|&c| nodes[c as usize].edge == edge);
                out.extend(child.map_or(0, |c| offsets[c as usize]).to_be_bytes());
            }
        }
        let values = &self.entries[node.values.0 as usize..node.values.1 as usize];
        if !values.is_empty() {
            out.extend((values.len() as u32).to_be_bytes());
        }
        for entry in values {
            out.extend(entry.priority.to_be_bytes());
            out.extend_from_slice(&self.text[entry.value as usize..entry.end as usize]);
            out.push(0);
        }
    }
}

fn parts(node: &Node) -> u32 {
    let prefix = if node.prefix.0 < node.prefix.1 { PREFIX } else { 0 };
    let values = if node.values.0 < node.values.1 { VALUES } else { 0 };
    prefix | values | if node.child == NONE { 0 } else { CHILDREN }
}

/// A node's children by their edges.
fn children(nodes: &[Node], node: &Node) -> impl Iterator<Item = u32> {
    let next = |n: u32| (n != NONE).then_some(n);
    std::iter::successors(next(node.child), move |&n| next(nodes[n as usize].sibling))
}

/// The first and the last edge.
fn edges(nodes: &[Node], node: &Node) -> Option<(u8, u8)> {
    let first = nodes[children(nodes, node).next()? as usize].edge;
    children(nodes, node).last().map(|last| (first, nodes[last as usize].edge))
}

/// The order in which a walk leaves the nodes.
fn children_first(nodes: &[Node]) -> Vec<u32> {
    // A walk that goes to the last child first enters the nodes in the opposite order.
    let mut order = Vec::with_capacity(nodes.len());
    let mut open = vec![0];
    while let Some(number) = open.pop() {
        order.push(number);
        open.extend(children(nodes, &nodes[number as usize]));
    }
    order.reverse();
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(bytes: &[u8], at: usize) -> u32 {
        u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
    }

    fn string(bytes: &[u8], at: &mut usize) -> String {
        let end = *at + bytes[*at..].iter().position(|&b| b == 0).expect("a NUL");
        let text = String::from_utf8_lossy(&bytes[*at..end]).into_owned();
        *at = end + 1;
        text
    }

    /// Everything in a trie, as `NAME PRIORITY VALUE`.
    fn listed(bytes: &[u8], offset: u32, name: &str, out: &mut Vec<String>) {
        let mut at = (offset & OFFSET) as usize;
        let prefix = if offset & PREFIX != 0 { string(bytes, &mut at) } else { String::new() };
        let name = name.to_owned() + &prefix;
        let mut below = Vec::new();
        if offset & CHILDREN != 0 {
            let (first, last) = (bytes[at], bytes[at + 1]);
            at += 2;
            for edge in first..=last {
                below.push((edge, number(bytes, at)));
                at += 4;
            }
        }
        if offset & VALUES != 0 {
            let count = number(bytes, at);
            at += 4;
            for _ in 0..count {
                let priority = number(bytes, at);
                at += 4;
                let value = string(bytes, &mut at);
                out.push(format!("{name} {priority} {value}"));
            }
        }
        for (edge, offset) in below.into_iter().filter(|(_, o)| *o != 0) {
            listed(bytes, offset, &format!("{name}{}", char::from(edge)), out);
        }
    }

    #[test]
    fn both_layouts_hold_what_was_put_in() {
        let entries = [
            ("ab", "1", 3),
            ("abc", "2", 0),
            ("ab", "3", 3),
            ("ab", "4", 1),
            ("b", "5", 0),
            ("abd", "6", 9),
            ("", "7", 0),
        ];
        for layout in [Layout::ChildrenFirst, Layout::ParentsFirst] {
            let mut index = Index::default();
            entries
                .iter()
                .for_each(|(key, value, priority)| index.insert(&[key.as_bytes()], value.as_bytes(), *priority));
            index.insert(&["fü".as_bytes()], b"not 7-bit", 0);
            let bytes = index.write(layout);
            let mut out = Vec::new();
            listed(&bytes, number(&bytes, 8), "", &mut out);
            assert_eq!(out, [" 0 7", "ab 1 4", "ab 3 3", "ab 3 1", "abc 0 2", "abd 9 6", "b 0 5"], "{layout:?}");
        }
    }

    #[test]
    fn an_empty_one_is_its_header() {
        assert_eq!(Index::default().write(Layout::ChildrenFirst).len(), 12);
    }

    #[test]
    fn names_within_names_cost_no_stack() {
        let mut index = Index::default();
        (0..4000).for_each(|n| index.insert(&[&vec![b'a'; n]], b"", 0));
        assert!(index.write(Layout::ParentsFirst).len() > 4000 * 14);
    }
}
