//! `comm`: what two sorted files have, each and both.

use std::cmp::Ordering;

use super::{super::options::Order, stream};
use crate::effects::process::{Process, Status};

const OPTIONS: &[&str] =
    &["1", "2", "3", "check-order", "nocheck-order", "output-delimiter=", "total", "z,zero-terminated"];

/// `comm [OPTION]… FILE1 FILE2`
pub(super) fn comm(process: &mut Process<'_, '_>) -> Status {
    let parsed = match process.options(OPTIONS, Order::Any) {
        Ok(parsed) => parsed,
        Err(status) => return status,
    };
    let [first, second] = &parsed.operands[..] else {
        return process.usage(if parsed.operands.len() < 2 { "missing operand" } else { "extra operand" });
    };
    let mut texts = Vec::new();
    for name in [first, second] {
        match stream::read(process, name) {
            Ok(bytes) => texts.push(bytes),
            Err(error) => return process.fail(format_args!("{}: {error}", stream::text(name))),
        }
    }
    let delimiter = if parsed.has("zero-terminated") { 0 } else { b'\n' };
    let sides: Vec<Vec<&[u8]>> = texts.iter().map(|t| stream::lines(t, delimiter).collect()).collect();
    let separator = parsed.value("output-delimiter").unwrap_or(b"\t");
    let shown = ["1", "2", "3"].map(|column| !parsed.has(column));
    let mut out = Vec::new();
    let mut counts = [0usize; 3];
    for (column, line) in merged(&sides[0], &sides[1]) {
        counts[column] += 1;
        if shown[column] {
            (0..column).filter(|c| shown[*c]).for_each(|_| out.extend_from_slice(separator));
            out.extend_from_slice(line);
            out.push(delimiter);
        }
    }
    if parsed.has("total") {
        let counts = counts.map(|c| c.to_string());
        out.extend(counts.join(&stream::text(separator)[..]).bytes());
        out.extend_from_slice(&[separator, b"total\n"].concat());
    }
    process.out(out);
    let unpaired = counts[0] + counts[1] > 0;
    let checks = parsed.last(&["check-order", "nocheck-order"]);
    let disorder = sides.iter().position(|lines| lines.windows(2).any(|w| w[0] > w[1]));
    match disorder {
        Some(side) if checks == Some("check-order") || checks.is_none() && unpaired => {
            process.fail(format_args!("file {} is not in sorted order", side + 1))
        }
        _ => Status::SUCCESS,
    }
}

/// Lines in order, each with its column: 0 and 1 for one file, 2 for both.
fn merged<'l>(a: &[&'l [u8]], b: &[&'l [u8]]) -> Vec<(usize, &'l [u8])> {
    let (mut i, mut j) = (0, 0);
    let mut out = Vec::with_capacity(a.len() + b.len());
    loop {
        let order = match (a.get(i), b.get(j)) {
            (None, None) => return out,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(x), Some(y)) => x.cmp(y),
        };
        match order {
            Ordering::Less => out.push((0, a[i])),
            Ordering::Greater => out.push((1, b[j])),
            Ordering::Equal => out.push((2, a[i])),
        }
        i += usize::from(order.is_le());
        j += usize::from(order.is_ge());
    }
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn lines_are_in_one_of_three_columns() {
        let image = Image::new().programs(&["comm"]).file("etc/a", "a\nb\nd\n", 0o644);
        let mut image = image.file("etc/b", "b\nc\n", 0o644);
        assert_eq!(image.run(&["comm", "/etc/a", "/etc/b"], "").out, "a\n\t\tb\n\tc\nd\n");
        assert_eq!(image.run(&["comm", "-13", "/etc/a", "/etc/b"], "").out, "c\n");
        assert_eq!(image.run(&["comm", "-12", "/etc/a", "-"], "d\n").out, "d\n");
        assert_eq!(image.run(&["comm", "/etc/a", "-"], "b\na\n").status.0, 1);
    }
}
