//! Reading a patch.

use super::super::stream;

/// A file's name in a patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Name {
    File(Vec<u8>),
    /// `/dev/null`, or a time of 1970: there is none.
    Absent(Vec<u8>),
}

/// What a line of a hunk does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Does {
    Keep,
    Delete,
    Insert,
}

/// Lines that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hunk {
    /// First line and number of lines, of the old and the new file.
    pub old: (usize, usize),
    pub new: (usize, usize),
    /// Each with its newline, if it has one.
    pub lines: Vec<(Does, Vec<u8>)>,
}

impl Hunk {
    /// As it was read, but so many lines further on.
    pub fn write(&self, moved: isize, out: &mut Vec<u8>) {
        let range = |(start, count): (usize, usize)| {
            let start = start.saturating_add_signed(moved);
            if count == 1 { start.to_string() } else { format!("{start},{count}") }
        };
        out.extend(format!("@@ -{} +{} @@\n", range(self.old), range(self.new)).bytes());
        for (does, line) in &self.lines {
            out.push(match does {
                Does::Keep => b' ',
                Does::Delete => b'-',
                Does::Insert => b'+',
            });
            out.extend_from_slice(line);
            if !line.ends_with(b"\n") {
                out.extend_from_slice(b"\n\\ No newline at end of file\n");
            }
        }
    }
}

/// What a patch does to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FilePatch {
    pub old: Name,
    pub new: Name,
    /// The lines behind `---` and `+++`.
    pub titles: [Vec<u8>; 2],
    pub hunks: Vec<Hunk>,
}

impl FilePatch {
    /// The file is not there before.
    pub fn creates(&self) -> bool {
        matches!(self.old, Name::Absent(_)) || matches!(&self.hunks[..], [Hunk { old: (0, 0), .. }])
    }

    /// It is not there afterwards.
    pub fn deletes(&self) -> bool {
        matches!(self.new, Name::Absent(_)) || matches!(&self.hunks[..], [Hunk { new: (0, 0), .. }])
    }

    pub fn reversed(self) -> Self {
        let turn = |does: Does| match does {
            Does::Keep => Does::Keep,
            Does::Delete => Does::Insert,
            Does::Insert => Does::Delete,
        };
        let hunks = self.hunks.into_iter().map(|h| {
            let mut lines: Vec<(Does, Vec<u8>)> = h.lines.into_iter().map(|(does, line)| (turn(does), line)).collect();
            // Deletions stand before insertions again.
            let mut start = 0;
            while start < lines.len() {
                let length = lines[start..].iter().take_while(|(d, _)| *d != Does::Keep).count();
                lines[start..start + length].sort_by_key(|(d, _)| *d == Does::Insert);
                start += length + 1;
            }
            Hunk { old: h.new, new: h.old, lines }
        });
        let [old_title, new_title] = self.titles;
        Self { old: self.new, new: self.old, titles: [new_title, old_title], hunks: hunks.collect() }
    }
}

/// All files of a patch; what stands around them is passed over. None where a hunk makes no sense.
pub(super) fn patches(bytes: &[u8]) -> Option<Vec<FilePatch>> {
    let lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
    let mut files = Vec::new();
    let mut at = 0;
    while at + 1 < lines.len() {
        let (Some(old), Some(new)) = (lines[at].strip_prefix(b"--- "), lines[at + 1].strip_prefix(b"+++ ")) else {
            at += 1;
            continue;
        };
        let titles = [old, new].map(|t| t.trim_ascii_end().to_vec());
        at += 2;
        let mut hunks = Vec::new();
        while let Some((old, new)) = lines.get(at).and_then(|l| header(l)) {
            at += 1;
            hunks.push(hunk(&lines, &mut at, old, new)?);
        }
        if !hunks.is_empty() {
            files.push(FilePatch { old: name(&titles[0]), new: name(&titles[1]), titles, hunks });
        }
    }
    Some(files)
}

/// The name of a title, up to a tab or the time.
fn name(title: &[u8]) -> Name {
    let (name, rest) = match title.iter().position(|b| *b == b'\t') {
        Some(at) => (&title[..at], &title[at + 1..]),
        None => (title.split(|b| *b == b' ').next().unwrap_or(title), &title[..0]),
    };
    // GNU takes the start of 1970, in whatever zone, for "not there".
    let absent = rest.starts_with(b"1970-01-01 00:00:00") && rest.ends_with(b" +0000");
    if name == b"/dev/null" || absent { Name::Absent(name.to_vec()) } else { Name::File(name.to_vec()) }
}

/// `@@ -1,2 +3,4 @@`
fn header(line: &[u8]) -> Option<((usize, usize), (usize, usize))> {
    let rest = line.strip_prefix(b"@@ -")?;
    let end = rest.windows(3).position(|w| w == b" @@")?;
    let inside = &rest[..end];
    let middle = inside.windows(2).position(|w| w == b" +")?;
    let range = |text: &[u8]| {
        let number = |t: &[u8]| stream::number(t).and_then(|n| usize::try_from(n).ok());
        match text.iter().position(|b| *b == b',') {
            Some(at) => Some((number(&text[..at])?, number(&text[at + 1..])?)),
            None => Some((number(text)?, 1)),
        }
    };
    Some((range(&inside[..middle])?, range(&inside[middle + 2..])?))
}

fn hunk(lines: &[&[u8]], at: &mut usize, old: (usize, usize), new: (usize, usize)) -> Option<Hunk> {
    let mut found: Vec<(Does, Vec<u8>)> = Vec::new();
    let (mut deleted, mut inserted) = (0, 0);
    while deleted < old.1 || inserted < new.1 {
        let line = lines.get(*at)?;
        *at += 1;
        let (does, text) = match line.first()? {
            b' ' => (Does::Keep, &line[1..]),
            b'-' => (Does::Delete, &line[1..]),
            b'+' => (Does::Insert, &line[1..]),
            // An empty line that lost its blank.
            b'\n' => (Does::Keep, *line),
            b'\\' => {
                without_newline(&mut found);
                continue;
            }
            _ => return None,
        };
        deleted += usize::from(does != Does::Insert);
        inserted += usize::from(does != Does::Delete);
        found.push((does, text.to_vec()));
    }
    if lines.get(*at).is_some_and(|l| l.starts_with(b"\\")) {
        without_newline(&mut found);
        *at += 1;
    }
    (deleted == old.1 && inserted == new.1).then_some(Hunk { old, new, lines: found })
}

/// `\ No newline at end of file`
fn without_newline(lines: &mut [(Does, Vec<u8>)]) {
    if let Some((_, line)) = lines.last_mut()
        && line.ends_with(b"\n")
    {
        line.pop();
    }
}
