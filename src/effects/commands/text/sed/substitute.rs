//! `s`.

use super::{
    super::{
        pattern::{Captures, Pattern},
        stream,
    },
    script::{Case, Part, Substitution},
};
use crate::effects::Budget;

/// The line after the substitution; none where nothing matched (often enough).
pub(super) fn substitute(
    line: &[u8],
    pattern: &Pattern,
    substitution: &Substitution,
    budget: &mut Budget,
) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut from, mut count, mut replaced) = (0, 0, false);
    // Where the last match ended: an empty one right there is none.
    let mut last_end = None;
    while from <= line.len() && budget.step() {
        let Some(captures) = pattern.captures_at(line, from, budget) else { break };
        let (start, end) = captures.whole();
        out.extend_from_slice(&line[from..start]);
        let counts = start < end || last_end != Some(start);
        count += usize::from(counts);
        if counts && count >= substitution.number.max(1) {
            replaced = true;
            expand(&substitution.replacement, line, &captures, &mut out);
            if !budget.steps(out.len() as u64 / 4096) {
                break;
            }
        } else {
            out.extend_from_slice(&line[start..end]);
        }
        last_end = Some(end);
        from = end;
        if start == end {
            let step = stream::character(&line[end..]).max(1);
            out.extend_from_slice(line.get(end..end + step).unwrap_or_default());
            from += step;
        }
        if replaced && !substitution.global {
            break;
        }
    }
    out.extend_from_slice(line.get(from..).unwrap_or_default());
    replaced.then_some(out)
}

/// The right side, filled in.
fn expand(parts: &[Part], line: &[u8], captures: &Captures, out: &mut Vec<u8>) {
    let (mut mode, mut once) = (Case::AsIs, None);
    for part in parts {
        let text = match part {
            Part::Text(text) => text,
            Part::Group(group) => captures.text(line, *group),
            Part::Case(case @ (Case::UpperOnce | Case::LowerOnce)) => {
                once = Some(*case);
                continue;
            }
            Part::Case(case) => {
                mode = *case;
                continue;
            }
        };
        let start = out.len();
        out.extend_from_slice(text);
        match mode {
            Case::Upper => out[start..].make_ascii_uppercase(),
            Case::Lower => out[start..].make_ascii_lowercase(),
            _ => {}
        }
        if start < out.len() {
            match once.take() {
                Some(Case::UpperOnce) => out[start].make_ascii_uppercase(),
                Some(_) => out[start].make_ascii_lowercase(),
                None => {}
            }
        }
    }
}
