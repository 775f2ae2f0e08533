//! Hunks onto lines.

use super::{
    Settings,
    read::{Does, FilePatch, Hunk},
};
use crate::effects::Budget;

/// What became of a file.
#[derive(Debug, Default)]
pub(super) struct Applied {
    pub bytes: Vec<u8>,
    pub messages: Vec<String>,
    /// Hunks that found no place, and how many lines those before them added or took.
    pub rejected: Vec<(usize, isize)>,
    /// A hunk went elsewhere than it says, or not all of its context was there.
    pub mismatch: bool,
    /// Nothing was done: the patch seems to be in already.
    pub skipped: bool,
}

pub(super) fn apply(old: &[u8], file: &FilePatch, settings: &Settings, budget: &mut Budget) -> Applied {
    let lines: Vec<&[u8]> = old.split_inclusive(|b| *b == b'\n').collect();
    let mut applied = Applied::default();
    if is_reversed(&lines, file, settings, budget) {
        return already(old, file, settings);
    }
    // How far from its place the last hunk was found, and up to where lines are done.
    let (mut offset, mut done) = (0isize, 0);
    // How much longer than the old lines the new ones are so far.
    let mut grown = 0isize;
    let mut out: Vec<&[u8]> = Vec::new();
    for (n, hunk) in file.hunks.iter().enumerate() {
        let Some(found) = find(&lines, hunk, settings, offset, done, budget) else {
            applied.messages.push(format!("Hunk #{} FAILED at {}.", n + 1, start(hunk) as isize + 1 + offset + grown));
            applied.rejected.push((n, grown));
            applied.mismatch = true;
            continue;
        };
        let moved = found.at as isize - (start(hunk) + found.prefix) as isize;
        offset = moved;
        tell(&mut applied, n, hunk, &found, (moved, grown));
        grown += hunk.new.1 as isize - hunk.old.1 as isize;
        out.extend(&lines[done..found.at]);
        let mut at = found.at;
        for (does, line) in &hunk.lines[found.prefix..hunk.lines.len() - found.suffix] {
            match does {
                // What is kept stays as the file has it.
                Does::Keep => {
                    out.push(lines[at]);
                    at += 1;
                }
                Does::Delete => at += 1,
                Does::Insert => out.push(line),
            }
        }
        done = at;
    }
    out.extend(&lines[done..]);
    applied.bytes = out.concat();
    applied
}

/// The patch is taken for one that was applied before.
fn already(old: &[u8], file: &FilePatch, settings: &Settings) -> Applied {
    let first = if settings.forward {
        "Reversed (or previously applied) patch detected!  Skipping patch."
    } else {
        "Reversed (or previously applied) patch detected!  Assume -R? [n] \nApply anyway? [n] \nSkipping patch."
    };
    Applied {
        bytes: old.to_vec(),
        messages: vec![first.to_owned()],
        rejected: (0..file.hunks.len()).map(|n| (n, 0)).collect(),
        mismatch: false,
        skipped: true,
    }
}

/// Whether the first hunk does not fit, but would the other way round.
fn is_reversed(lines: &[&[u8]], file: &FilePatch, settings: &Settings, budget: &mut Budget) -> bool {
    let Some(first) = file.hunks.first() else { return false };
    if find(lines, first, settings, 0, 0, budget).is_some() {
        return false;
    }
    let turned = FilePatch { hunks: vec![first.clone()], ..file.clone() }.reversed();
    let inserts = first.lines.iter().any(|(does, _)| *does == Does::Insert);
    inserts
        && find(lines, &turned.hunks[0], settings, 0, 0, budget).is_some_and(|found| found.prefix + found.suffix == 0)
}

fn tell(applied: &mut Applied, n: usize, hunk: &Hunk, found: &Found, (moved, grown): (isize, isize)) {
    let fuzz = found.prefix.max(found.suffix);
    if moved == 0 && found.fuzz == 0 {
        return;
    }
    applied.mismatch = true;
    let line = start(hunk) as isize + 1 + moved + grown;
    let mut text = format!("Hunk #{} succeeded at {line}", n + 1);
    if found.fuzz > 0 {
        text.push_str(&format!(" with fuzz {}", found.fuzz.max(fuzz)));
    }
    if moved != 0 {
        let lines = if moved.abs() == 1 { "line" } else { "lines" };
        text.push_str(&format!(" (offset {moved} {lines})"));
    }
    text.push('.');
    applied.messages.push(text);
}

/// The first line of a hunk, from 0.
fn start(hunk: &Hunk) -> usize {
    if hunk.old.1 == 0 { hunk.old.0 } else { hunk.old.0.saturating_sub(1) }
}

/// Where a hunk fits, and how many of its first and last lines are left out.
struct Found {
    at: usize,
    prefix: usize,
    suffix: usize,
    fuzz: usize,
}

/// Nearest to where it should be; with all of its context if that is possible, with less otherwise.
fn find(
    lines: &[&[u8]],
    hunk: &Hunk,
    settings: &Settings,
    offset: isize,
    done: usize,
    budget: &mut Budget,
) -> Option<Found> {
    let keeps = |(does, _): &&(Does, Vec<u8>)| *does == Does::Keep;
    let before = hunk.lines.iter().take_while(keeps).count();
    let after = hunk.lines.iter().rev().take_while(keeps).count();
    let context = before.max(after);
    for fuzz in 0..=settings.fuzz.min(context) {
        // Where one side has less context, fuzz takes from the other first.
        let prefix = (fuzz + before).saturating_sub(context);
        let suffix = (fuzz + after).saturating_sub(context);
        let kept = &hunk.lines[prefix..hunk.lines.len() - suffix];
        let wanted: Vec<&[u8]> = kept.iter().filter(|(d, _)| *d != Does::Insert).map(|(_, l)| l.as_slice()).collect();
        let last = lines.len().checked_sub(wanted.len())?;
        let guess = (start(hunk) as isize + prefix as isize + offset).clamp(done as isize, lines.len() as isize);
        // Less context before than after means the start of the file; the other way round, its end.
        let at_start = fuzz == 0 && before < after && start(hunk) == 0;
        let at_end = fuzz == 0 && after < before;
        for distance in 0..=lines.len() as isize {
            if !budget.steps(1 + wanted.len() as u64 / 64) {
                return None;
            }
            for at in [guess + distance, guess - distance] {
                if at < done as isize || at > last as isize || at_start && at != 0 || at_end && at != last as isize {
                    continue;
                }
                let at = at as usize;
                if wanted.iter().zip(&lines[at..]).all(|(a, b)| same(a, b, settings.ignore_space)) {
                    return Some(Found { at, prefix, suffix, fuzz });
                }
            }
        }
    }
    None
}

fn same(a: &[u8], b: &[u8], ignore_space: bool) -> bool {
    if !ignore_space {
        return a == b;
    }
    let words =
        |t: &[u8]| t.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty()).map(<[u8]>::to_vec).collect::<Vec<_>>();
    words(a) == words(b)
}
