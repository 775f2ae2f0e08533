//! How differences are written.

use super::{
    super::awk,
    Form,
    lines::{Change, Text},
};

/// One of the two texts.
pub(super) struct Side<'s, 'b> {
    pub name: &'s [u8],
    /// Instead of name and time.
    pub label: Option<&'s [u8]>,
    pub mtime: i64,
    pub text: &'s Text<'b>,
}

impl Side<'_, '_> {
    fn title(&self, mark: &str, out: &mut Vec<u8>) {
        out.extend(mark.bytes());
        out.push(b' ');
        match self.label {
            Some(label) => out.extend_from_slice(label),
            None => {
                out.extend_from_slice(self.name);
                out.extend(awk::strftime(b"\t%Y-%m-%d %H:%M:%S.000000000 %z", self.mtime));
            }
        }
        out.push(b'\n');
    }

    fn line(&self, mark: &str, number: usize, out: &mut Vec<u8>) {
        out.extend(mark.bytes());
        out.extend_from_slice(self.text.lines[number]);
        out.push(b'\n');
        if !self.text.whole && number + 1 == self.text.lines.len() {
            out.extend_from_slice(b"\\ No newline at end of file\n");
        }
    }
}

pub(super) fn write(sides: &[Side<'_, '_>; 2], changes: &[Change], form: Form, out: &mut Vec<u8>) {
    match form {
        Form::Normal => changes.iter().filter(|c| !c.ignored).for_each(|c| normal(sides, c, out)),
        Form::Unified(context) => {
            sides[0].title("---", out);
            sides[1].title("+++", out);
            hunks(changes, context).iter().for_each(|hunk| unified(sides, hunk, context, out));
        }
        Form::Context(context) => {
            sides[0].title("***", out);
            sides[1].title("---", out);
            hunks(changes, context).iter().for_each(|hunk| contextual(sides, hunk, context, out));
        }
    }
}

/// Lines `start` to `end` as `2,3` or `2`; none as the line before.
fn range((start, end): (usize, usize)) -> String {
    match end - start {
        0 => start.to_string(),
        1 => end.to_string(),
        _ => format!("{},{end}", start + 1),
    }
}

fn normal(sides: &[Side<'_, '_>; 2], change: &Change, out: &mut Vec<u8>) {
    let (deletes, inserts) = (change.old.0 < change.old.1, change.new.0 < change.new.1);
    let letter = match (deletes, inserts) {
        (true, true) => 'c',
        (true, false) => 'd',
        _ => 'a',
    };
    out.extend(format!("{}{letter}{}\n", range(change.old), range(change.new)).bytes());
    (change.old.0..change.old.1).for_each(|n| sides[0].line("< ", n, out));
    if deletes && inserts {
        out.extend_from_slice(b"---\n");
    }
    (change.new.0..change.new.1).for_each(|n| sides[1].line("> ", n, out));
}

/// Changes with no more than twice the context between them belong together; those that do not count are written only along
/// with one that does.
fn hunks(changes: &[Change], context: usize) -> Vec<Vec<Change>> {
    let mut all: Vec<Vec<Change>> = Vec::new();
    for change in changes {
        match all.last_mut() {
            Some(hunk)
                if change.old.0 - hunk[hunk.len() - 1].old.1
                    <= if change.ignored { context } else { context.saturating_mul(2) } =>
            {
                hunk.push(*change);
            }
            _ => all.push(vec![*change]),
        }
    }
    all.retain(|hunk| hunk.iter().any(|c| !c.ignored));
    all
}

/// The lines a hunk shows of each text.
fn bounds(sides: &[Side<'_, '_>; 2], hunk: &[Change], context: usize) -> [(usize, usize); 2] {
    let (first, last) = (hunk[0], hunk[hunk.len() - 1]);
    let before = context.min(first.old.0);
    let after = context.min(sides[0].text.lines.len() - last.old.1);
    [(first.old.0 - before, last.old.1 + after), (first.new.0 - before, last.new.1 + after)]
}

fn unified(sides: &[Side<'_, '_>; 2], hunk: &[Change], context: usize, out: &mut Vec<u8>) {
    let [old, new] = bounds(sides, hunk, context);
    let shown = |(start, end): (usize, usize)| match end - start {
        0 => format!("{start},0"),
        1 => end.to_string(),
        count => format!("{},{count}", start + 1),
    };
    out.extend(format!("@@ -{} +{} @@\n", shown(old), shown(new)).bytes());
    let mut at = old.0;
    for change in hunk {
        (at..change.old.0).for_each(|n| sides[0].line(" ", n, out));
        (change.old.0..change.old.1).for_each(|n| sides[0].line("-", n, out));
        (change.new.0..change.new.1).for_each(|n| sides[1].line("+", n, out));
        at = change.old.1;
    }
    (at..old.1).for_each(|n| sides[0].line(" ", n, out));
}

fn contextual(sides: &[Side<'_, '_>; 2], hunk: &[Change], context: usize, out: &mut Vec<u8>) {
    let bounds = bounds(sides, hunk, context);
    let shown =
        |(start, end): (usize, usize)| if end - start <= 1 { end.to_string() } else { format!("{},{end}", start + 1) };
    out.extend_from_slice(b"***************\n");
    for side in 0..2 {
        let (open, close, only) = if side == 0 { ("***", "****", "- ") } else { ("---", "----", "+ ") };
        out.extend(format!("{open} {} {close}\n", shown(bounds[side])).bytes());
        let of = |c: &Change| if side == 0 { (c.old, c.new) } else { (c.new, c.old) };
        if hunk.iter().all(|c| of(c).0.0 == of(c).0.1) {
            continue;
        }
        let mut at = bounds[side].0;
        for change in hunk {
            let (own, other) = of(change);
            (at..own.0).for_each(|n| sides[side].line("  ", n, out));
            let mark = if other.0 < other.1 { "! " } else { only };
            (own.0..own.1).for_each(|n| sides[side].line(mark, n, out));
            at = own.1;
        }
        (at..bounds[side].1).for_each(|n| sides[side].line("  ", n, out));
    }
}
