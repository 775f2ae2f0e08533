//! What a manual, or the command line, says of itself; how it is set.

use std::ops::Range;

/// An entry: `* Name: (file)node.  Description`, with its lines.
pub(super) struct Entry {
    pub(super) text: Vec<u8>,
    /// Which of the sections it belongs to.
    pub(super) sections: Range<usize>,
}

/// A section that entries go to.
pub(super) struct Section {
    pub(super) name: Vec<u8>,
    /// No section of that name was found yet.
    pub(super) missing: bool,
}

/// Entries and their sections. Both lists of the real program begin with what came last; these end with it.
pub(super) struct Request {
    pub(super) entries: Vec<Entry>,
    pub(super) sections: Vec<Section>,
}

/// Columns, counted from 1.
#[derive(Default)]
pub(super) struct Measures {
    /// Where descriptions begin.
    pub(super) first: Option<usize>,
    /// Where their further lines begin.
    pub(super) align: Option<usize>,
    /// Where lines end.
    pub(super) width: Option<usize>,
}

/// A manual's name without `.info` and what it is compressed with.
pub(super) fn without_suffix(name: &[u8]) -> &[u8] {
    let longer = |end: &&[u8]| name.len() > end.len() && name.ends_with(end);
    let compressed = [&b".gz"[..], b".xz", b".bz2", b".lz", b".lzma"].into_iter().find(longer);
    let name = &name[..name.len() - compressed.map_or(0, <[u8]>::len)];
    let longer = |end: &&[u8]| name.len() > end.len() && name.ends_with(end);
    let info = [&b".info"[..], b".inf"].into_iter().find(longer);
    &name[..name.len() - info.map_or(0, <[u8]>::len)]
}

impl Request {
    /// Of a manual; sections that were named already go before its own. None where an entry does not end.
    pub(super) fn of(manual: &[u8], named: &[Vec<u8>]) -> Option<Self> {
        let mut request = Self { entries: Vec::new(), sections: Vec::new() };
        named.iter().for_each(|name| request.add_section(name));
        let (mut tail, mut reset) = (0, false);
        // Where the entry that is being read starts.
        let mut start: Option<usize> = None;
        let mut at = 0;
        for line in manual.split_inclusive(|&b| b == b'\n') {
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            let ends = text == b"END-INFO-DIR-ENTRY";
            if let Some(name) = line.strip_prefix(b"INFO-DIR-SECTION ").filter(|_| named.is_empty()) {
                if std::mem::take(&mut reset) {
                    tail = request.sections.len();
                }
                request.add_section(name.strip_suffix(b"\n").unwrap_or(name));
            } else if text == b"START-INFO-DIR-ENTRY" {
                if request.sections.is_empty() {
                    request.add_section(b"Miscellaneous");
                }
                reset = true;
                if start.is_some() {
                    return None;
                }
                start = Some(at + line.len());
            } else if let Some(from) = start
                && ((text.starts_with(b"* ") && at > from) || ends)
            {
                request.entries.push(Entry { text: manual[from..at].to_vec(), sections: tail..request.sections.len() });
                start = (!ends).then_some(at);
            }
            at += line.len();
        }
        start.is_none().then_some(request)
    }

    pub(super) fn add_section(&mut self, name: &[u8]) {
        self.sections.push(Section { name: name.to_vec(), missing: true });
        if self.sections.len() == 1 {
            self.entries.iter_mut().for_each(|e| e.sections = 0..1);
        }
    }

    /// Entries of the command line instead of the manual's; they go to all sections.
    pub(super) fn replace(&mut self, entries: &[Vec<u8>]) {
        let with_newline = |text: &Vec<u8>| {
            let end: &[u8] = if text.ends_with(b"\n") { b"" } else { b"\n" };
            [text.as_slice(), end].concat()
        };
        let sections = 0..self.sections.len();
        self.entries =
            entries.iter().map(|text| Entry { text: with_newline(text), sections: sections.clone() }).collect();
    }

    /// Sets every entry in columns.
    pub(super) fn set(&mut self, measures: &Measures) {
        for entry in &mut self.entries {
            let utilities = self.sections[entry.sections.clone()].iter().any(|s| s.name == b"Individual utilities");
            let first = measures.first.unwrap_or(if utilities { 49 } else { 33 });
            let align = measures.align.unwrap_or(if utilities { 51 } else { 35 });
            if let Some((name, description)) = split(&entry.text) {
                entry.text = set(&name, &description, first, align, measures.width.unwrap_or(79));
            }
        }
    }

    /// Whether an entry goes to a section of that name.
    pub(super) fn wants(&self, entry: &Entry, section: &[u8]) -> bool {
        self.sections[entry.sections.clone()].iter().any(|s| s.name == section)
    }
}

/// Name with its period, and description in one line; none without a description.
fn split(text: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let end = text.windows(2).position(|w| w[0] == b'.' && matches!(w[1], b' ' | b'\t' | b'\n'))? + 1;
    let mut description = Vec::new();
    let mut rest = &text[end..];
    loop {
        while let Some((first, after)) = rest.split_first()
            && (first.is_ascii_whitespace() || *first == 0x0b)
        {
            rest = after;
        }
        if rest.is_empty() {
            break;
        }
        let Some(line) = rest.iter().position(|&b| b == b'\n') else {
            description.extend(rest);
            break;
        };
        description.extend(&rest[..line]);
        let last = rest[..line].last().copied().unwrap_or(b' ');
        rest = &rest[line + 1..];
        if line > 1 && !rest.is_empty() {
            match last {
                b'.' => description.extend(b"  "),
                b if b.is_ascii_whitespace() => {}
                _ => description.push(b' '),
            }
        }
    }
    description.push(b'\n');
    Some((text[..end].to_vec(), description))
}

/// The column after a character.
fn column_after(column: usize, c: u8) -> usize {
    match c {
        8 => column.saturating_sub(1),
        b'\r' => 0,
        b'\t' => column + 8 - column % 8,
        _ => column + 1,
    }
}

/// The name, then the description from column `first` on, wrapped before `width`, further lines from `align` on. After a wrap the
/// real program counts columns without the indentation, so that further lines are longer; so does this.
fn set(name: &[u8], description: &[u8], first: usize, align: usize, width: usize) -> Vec<u8> {
    let mut out = name.to_vec();
    if description.len() <= 2 {
        if name.len() > first.saturating_sub(2) && description.len() > 1 {
            out.push(b'\n');
            out.extend(vec![b' '; first - 1]);
        }
        out.push(b'\n');
        return out;
    }
    let mut column = name.len();
    if name.len() + 2 > first {
        out.push(b'\n');
        column = first - 1;
        out.extend(vec![b' '; column]);
    } else {
        out.extend(vec![b' '; first - name.len() - 1]);
        column += first - name.len() - 1;
    }
    let mut line: Vec<u8> = Vec::new();
    for &c in description {
        if c == b'\n' {
            line.push(c);
            out.append(&mut line);
            column = 0;
            continue;
        }
        loop {
            column = column_after(column, c);
            if column <= width || line.is_empty() {
                break;
            }
            match line.iter().rposition(|b| matches!(b, b' ' | b'\t')) {
                Some(blank) => {
                    out.extend(line.drain(..=blank));
                    out.push(b'\n');
                    out.extend(vec![b' '; align - 1]);
                    column = line.iter().fold(0, |column, &c| column_after(column, c));
                }
                None => {
                    line.push(b'\n');
                    out.append(&mut line);
                    column = 0;
                }
            }
        }
        line.push(c);
    }
    out.append(&mut line);
    out
}
