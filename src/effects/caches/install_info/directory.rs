//! The file `dir`: its sections, where entries go and which are deleted.

use super::{
    entries::{Entry, Request},
    is_less, is_same,
};

struct Line {
    text: Vec<u8>,
    delete: bool,
    /// Entries that go before it, in order.
    entries: Vec<usize>,
    /// Sections that go before it.
    sections: Vec<usize>,
}

/// A part of a menu, from its title's line on: `start` is the number of the line after it.
struct Section {
    name: Vec<u8>,
    start: usize,
    end: usize,
}

struct Node {
    is_top: bool,
    has_menu: bool,
    end: usize,
    sections: Vec<Section>,
}

pub(super) struct Directory {
    /// The last one is after the end.
    lines: Vec<Line>,
    nodes: Vec<Node>,
}

impl Directory {
    pub(super) fn of(text: &[u8]) -> Self {
        let line = |text: &[u8]| Line { text: text.to_vec(), delete: false, entries: Vec::new(), sections: Vec::new() };
        let mut lines: Vec<Line> =
            text.split_inclusive(|&b| b == b'\n').map(|l| line(l.strip_suffix(b"\n").unwrap_or(l))).collect();
        let nodes = nodes(&lines);
        lines.push(line(b""));
        Self { lines, nodes }
    }

    /// How many lines it has.
    pub(super) fn len(&self) -> usize {
        self.lines.len() - 1
    }

    /// Marks the entries that name a manual's file, with their further lines; false where there are none.
    pub(super) fn delete(&mut self, name: &[u8], exactly: bool) -> bool {
        let mut found = false;
        let count = self.len();
        for n in 0..count {
            let line = &self.lines[n].text;
            if let Some(rest) = line.strip_prefix(b"*") {
                if names_file(rest, name, exactly) {
                    self.lines[n].delete = true;
                    found = true;
                }
            } else if n > 0 && matches!(line.first(), Some(b' ' | b'\t')) {
                self.lines[n].delete = self.lines[n - 1].delete;
            }
        }
        found
    }

    /// Marks sections in which nothing is left, with the empty lines after them.
    pub(super) fn delete_empty_sections(&mut self) {
        for section in self.nodes.iter().rev().flat_map(|n| &n.sections) {
            let left = |line: &Line| !line.delete && !line.text.is_empty();
            if !self.lines[section.start..section.end.max(section.start)].iter().any(left) {
                self.lines[section.start - 1..section.end].iter_mut().for_each(|line| line.delete = true);
            }
        }
    }

    /// Finds places for entries in the sections that are there.
    pub(super) fn insert(&mut self, request: &Request, keep_old: bool) {
        for node in self.nodes.iter_mut().rev() {
            for section in &mut node.sections {
                let title = section.start;
                while section.end > title && self.lines[section.end - 1].text.is_empty() {
                    section.end -= 1;
                }
                if !request.sections.iter().any(|s| s.name == section.name) {
                    continue;
                }
                // Where one entry goes decides where the next one looks, as in the original.
                let mut place = Some(section.end);
                for (n, entry) in request.entries.iter().enumerate().rev() {
                    if request.wants(entry, &section.name) {
                        place = find_place(&mut self.lines, section, entry, place, keep_old);
                        if let Some(place) = place {
                            put(&mut self.lines[place].entries, n, request);
                        }
                    }
                }
            }
        }
    }

    /// Finds places for sections that are not there; `missing` tells which.
    pub(super) fn insert_sections(&mut self, request: &mut Request, append: bool) {
        for section in &mut request.sections {
            let there = |s: &Section| s.name == section.name;
            section.missing = !self.nodes.iter().flat_map(|n| &n.sections).any(there);
        }
        let Some(top) = self.nodes.iter().find(|n| n.is_top) else { return };
        for (n, section) in request.sections.iter().enumerate().rev().filter(|(_, s)| s.missing) {
            let name = section.name.to_ascii_lowercase();
            let after = |s: &Section| name < s.name.to_ascii_lowercase();
            let place = match top.sections.iter().position(after).filter(|_| !append) {
                Some(0) => (top.sections[0].start).saturating_sub(2),
                Some(next) => top.sections[next - 1].end,
                None => top.end,
            };
            self.lines[place].sections.push(n);
        }
    }

    /// The file with what is added and without what is deleted.
    pub(super) fn bytes(&self, request: &Request, add_once: bool) -> Vec<u8> {
        let mut out = Vec::new();
        let mut added = 0;
        let mut written = vec![false; request.sections.len()];
        for (n, line) in self.lines.iter().enumerate() {
            for &entry in &line.entries {
                if added >= 1 && add_once {
                    break;
                }
                out.extend(&request.entries[entry].text);
                added += 1;
            }
            if !line.sections.is_empty() {
                if added >= 1 && add_once {
                    break;
                }
                put_sections(&mut out, line, request, &mut written);
                added += 1;
            }
            if n < self.len() && !line.delete {
                out.extend(&line.text);
                out.push(b'\n');
            }
        }
        out
    }
}

/// New sections in order of their names, each with its entries in order of theirs.
fn put_sections(out: &mut Vec<u8>, line: &Line, request: &Request, written: &mut [bool]) {
    let mut sections = line.sections.clone();
    sections.sort_by(|&a, &b| request.sections[a].name.cmp(&request.sections[b].name));
    let mut entries: Vec<&Entry> = request.entries.iter().rev().collect();
    entries.sort_by(|a, b| {
        let item = |e: &Entry| e.text.split(|&c| c == b':').next().unwrap_or_default().to_ascii_lowercase();
        let (a, b) = (item(a), item(b));
        let shorter = a.len().min(b.len());
        a[..shorter].cmp(&b[..shorter])
    });
    for n in sections {
        if std::mem::replace(&mut written[n], true) {
            continue;
        }
        let name = &request.sections[n].name;
        out.extend([b"\n", name.as_slice(), b"\n"].concat());
        for entry in entries.iter().filter(|e| request.wants(e, name)) {
            out.extend(&entry.text);
        }
    }
}

/// Where an entry goes in a section: before the first item that is greater. Items of the same name are marked, or keep it out.
fn find_place(
    lines: &mut [Line],
    section: &Section,
    entry: &Entry,
    mut place: Option<usize>,
    keep_old: bool,
) -> Option<usize> {
    for n in (section.start - 1..section.end).rev() {
        let is_item = lines[n].text.first() == Some(&b'*');
        if is_item && !lines[n].delete && is_same(&entry.text, &lines[n].text) {
            if keep_old {
                return None;
            }
            lines[n].delete = true;
            let further = lines[n + 1..section.end].iter_mut().take_while(|line| line.text.first() != Some(&b'*'));
            further.for_each(|line| line.delete = true);
        }
        if is_item && is_less(&entry.text, &lines[n].text) {
            place = Some(n);
        }
    }
    place
}

/// Puts an entry among others that go before the same line.
fn put(entries: &mut Vec<usize>, entry: usize, request: &Request) {
    let text = &request.entries[entry].text;
    let before = entries.iter().position(|&other| is_less(text, &request.entries[other].text));
    entries.insert(before.unwrap_or(entries.len()), entry);
}

/// Whether a menu line (behind its star) is of a file of that name: `* Item: (FILE)node`, or `* FILE::`.
fn names_file(rest: &[u8], name: &[u8], exactly: bool) -> bool {
    let item = rest.trim_ascii_start();
    let Some(colon) = item.iter().position(|&b| b == b':') else { return false };
    let after = &item[colon + 1..];
    if after.starts_with(b":") {
        return is_file(&item[..colon], name, exactly);
    }
    let skipped = after.iter().take_while(|&&b| b == b' ').count();
    let Some(inside) = after[skipped..].strip_prefix(b"(") else { return false };
    inside.iter().position(|&b| b == b')').is_some_and(|end| is_file(&inside[..end], name, exactly))
}

/// Whether a file as the menu writes it is the one of that name, without directories and suffixes.
fn is_file(written: &[u8], name: &[u8], exactly: bool) -> bool {
    let written = match written.iter().position(|&b| b == b'/') {
        Some(slash) if !exactly => &written[slash + 1..],
        _ => written,
    };
    ["", ".info.gz", ".info", ".inf", ".gz"]
        .iter()
        .any(|end| written.eq_ignore_ascii_case(&[name, end.as_bytes()].concat()))
}

/// The nodes and the sections of their menus.
fn nodes(lines: &[Line]) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    let mut is_header = false;
    for (n, line) in lines.iter().enumerate() {
        if let Some(node) = nodes.last_mut().filter(|_| is_header) {
            let named = line.text.windows(5).rposition(|w| w == b"Node:");
            if let Some(at) = named {
                let name = line.text[at + 5..].trim_ascii_start();
                let end = name.iter().position(|b| matches!(b, b',' | b'\t' | 0)).unwrap_or(name.len());
                node.is_top = &name[..end] == b"Top";
            }
        }
        is_header = line.text.first() == Some(&0x1f);
        if is_header {
            close(&mut nodes, n);
            nodes.push(Node { is_top: false, has_menu: false, end: 0, sections: Vec::new() });
        }
        let Some(node) = nodes.last_mut() else { continue };
        node.has_menu |= line.text.starts_with(b"* Menu:");
        if node.has_menu && !matches!(line.text.first(), None | Some(b'*' | b' ' | b'\t')) {
            if let Some(before) = node.sections.last_mut() {
                before.end = n;
            }
            node.sections.push(Section { name: line.text.clone(), start: n + 1, end: 0 });
        }
    }
    close(&mut nodes, lines.len());
    nodes
}

/// Ends the last node, and its last section, before a line.
fn close(nodes: &mut [Node], line: usize) {
    if let Some(node) = nodes.last_mut() {
        node.end = line;
        if let Some(section) = node.sections.last_mut() {
            section.end = line;
        }
    }
}
