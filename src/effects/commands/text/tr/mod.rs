//! `tr`: bytes for bytes.

mod sets;

use sets::Set;

use super::super::options::{Order, Parsed};
use crate::effects::process::{Process, Status};

const OPTIONS: &[&str] = &["c,complement", "C,complement", "d,delete", "s,squeeze-repeats", "t,truncate-set1"];

/// What happens to each byte.
struct Plan {
    /// What a byte becomes; none for one that goes.
    map: [Option<u8>; 256],
    squeezed: [bool; 256],
}

/// `tr [OPTION]… SET1 [SET2]`
pub(super) fn tr(process: &mut Process<'_, '_>) -> Status {
    let parsed = match process.options(OPTIONS, Order::First) {
        Ok(parsed) => parsed,
        Err(status) => return status,
    };
    let plan = match plan(&parsed) {
        Ok(plan) => plan,
        Err(text) => return process.usage(text),
    };
    let input = process.input();
    let mut out = Vec::with_capacity(input.len());
    for byte in input {
        let Some(new) = plan.map[usize::from(byte)] else { continue };
        if !plan.squeezed[usize::from(new)] || out.last() != Some(&new) {
            out.push(new);
        }
    }
    process.out(out);
    Status::SUCCESS
}

fn plan(parsed: &Parsed) -> Result<Plan, String> {
    let (delete, squeeze) = (parsed.has("delete"), parsed.has("squeeze-repeats"));
    let (first, second) = match &parsed.operands[..] {
        [] => return Err("missing operand".to_owned()),
        [first] => (first, None),
        [first, second] => (first, Some(second)),
        _ => return Err("extra operand".to_owned()),
    };
    let needs_second = !delete && !squeeze || delete && squeeze;
    if needs_second && second.is_none() {
        return Err(format!("missing operand after '{}'", super::stream::text(first)));
    }
    if delete && !squeeze && second.is_some() {
        return Err("extra operand: only one string may be given when deleting without squeezing repeats".to_owned());
    }
    let complement = parsed.has("complement");
    let first = Set::parse(first, complement)?;
    let second = second.map(|s| Set::parse(s, false)).transpose()?;
    let mut plan = Plan { map: std::array::from_fn(|b| Some(b as u8)), squeezed: [false; 256] };
    if delete {
        first.bytes(0)?.iter().for_each(|b| plan.map[usize::from(*b)] = None);
    } else if let Some(second) = &second {
        translate(&mut plan, &first, second, parsed.has("truncate-set1"), complement)?;
    }
    if squeeze {
        let squeezed = second.as_ref().unwrap_or(&first).bytes(256)?;
        squeezed.iter().for_each(|b| plan.squeezed[usize::from(*b)] = true);
    }
    Ok(plan)
}

fn translate(plan: &mut Plan, first: &Set, second: &Set, truncate: bool, complement: bool) -> Result<(), String> {
    second.check_classes(first, complement)?;
    let from = first.bytes(0)?;
    let mut to = second.bytes(from.len())?;
    if !truncate {
        let Some(&last) = to.last() else {
            return if from.is_empty() {
                Ok(())
            } else {
                Err("when not truncating set1, string2 must be non-empty".to_owned())
            };
        };
        // The last byte of the second set stands for all that the first has more.
        to.resize(to.len().max(from.len()), last);
    }
    from.iter().zip(&to).for_each(|(from, to)| plan.map[usize::from(*from)] = Some(*to));
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn bytes_become_others() {
        for (args, input, expected) in [
            (&["tr", "a-c", "A-C"][..], "abcd", "ABCd"),
            (&["tr", "[:lower:]", "[:upper:]"], "aZ", "AZ"),
            (&["tr", "-d", "\\n\\r"], "a\r\nb\n", "ab"),
            (&["tr", "-s", " "], "a   b", "a b"),
            (&["tr", "-cs", "[:alnum:]", "\\n"], "a, b!", "a\nb\n"),
            (&["tr", "abc", "x[y*]"], "abca", "xyyx"),
            (&["tr", "-t", "abc", "x"], "abc", "xbc"),
            (&["tr", "\\141-c", "\\055\\\\z"], "abc", "-\\z"),
            (&["tr", "-ds", "a", "b"], "aabb", "b"),
            (&["tr", ":", "\\0"], "a:", "a\0"),
        ] {
            assert_eq!(Image::new().programs(&["tr"]).run(args, input).out, expected, "{args:?}");
        }
        for args in [&["tr", "a"][..], &["tr"], &["tr", "-d", "a", "b"], &["tr", "b-a", "x"], &["tr", "[:x:]", "x"]] {
            assert_eq!(Image::new().programs(&["tr"]).run(args, "").status.0, 1, "{args:?}");
        }
    }
}
