//! `column`: text in columns.

use super::{
    super::options::{Order, Parsed},
    stream,
};
use crate::effects::process::{Process, Status};

const OPTIONS: &[&str] = &[
    "c,output-width=",
    "L,keep-empty-lines",
    "o,output-separator=",
    "R,table-right=",
    "s,separator=",
    "t,table",
    "x,fillrows",
    "N,table-columns=",
    "d,table-noheadings",
];

/// `column [-t [-s SEPARATORS] [-o SEPARATOR]] [-x] [-c WIDTH] [FILE]…`
pub(super) fn column(process: &mut Process<'_, '_>) -> Status {
    let parsed = match process.options(OPTIONS, Order::Any) {
        Ok(parsed) => parsed,
        Err(status) => return status,
    };
    let mut text = Vec::new();
    let status = stream::each(process, &parsed.operands, |_, _, bytes| text.extend(bytes));
    let keep = parsed.has("keep-empty-lines");
    let lines: Vec<&[u8]> =
        stream::lines(&text, b'\n').filter(|l| keep || l.iter().any(|b| !b.is_ascii_whitespace())).collect();
    let out = if parsed.has("table") { table(&lines, &parsed) } else { filled(&lines, &parsed) };
    process.out(out);
    status
}

fn width(text: &[u8]) -> usize {
    stream::characters(text).count()
}

fn table(lines: &[&[u8]], parsed: &Parsed) -> Vec<u8> {
    let rows: Vec<Vec<&[u8]>> = lines
        .iter()
        .map(|line| match parsed.value("separator") {
            // Separators of one's own part every field, empty ones too.
            Some(separators) => line.split(|b| separators.contains(b)).collect(),
            None => line.split(|b| matches!(b, b' ' | b'\t')).filter(|w| !w.is_empty()).collect(),
        })
        .collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> =
        (0..columns).map(|c| rows.iter().filter_map(|r| r.get(c)).map(|f| width(f)).max().unwrap_or(0)).collect();
    let separator = parsed.value("output-separator").unwrap_or(b"  ");
    let mut out = Vec::new();
    for row in &rows {
        for (c, column) in widths.iter().enumerate() {
            let field = row.get(c).copied().unwrap_or_default();
            out.extend_from_slice(field);
            if c + 1 < columns {
                out.resize(out.len() + column - width(field), b' ');
                out.extend_from_slice(separator);
            }
        }
        out.push(b'\n');
    }
    out
}

/// As many columns as fit, each as wide as the widest entry, to the next tab stop.
fn filled(lines: &[&[u8]], parsed: &Parsed) -> Vec<u8> {
    let total = parsed.value("output-width").and_then(stream::number).map_or(80, |n| n as usize);
    let widest = lines.iter().map(|l| width(l)).max().unwrap_or(0);
    let stop = widest + 8 - widest % 8;
    let columns = (total / stop).max(1);
    let rows = lines.len().div_ceil(columns);
    let mut out = Vec::new();
    for row in 0..rows {
        let places: Vec<usize> = if parsed.has("fillrows") {
            (row * columns..((row + 1) * columns).min(lines.len())).collect()
        } else {
            (row..lines.len()).step_by(rows).collect()
        };
        for (n, place) in places.iter().enumerate() {
            out.extend_from_slice(lines[*place]);
            if n + 1 < places.len() {
                let tabs = (stop - width(lines[*place])).div_ceil(8);
                out.resize(out.len() + tabs, b'\t');
            }
        }
        out.push(b'\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn tables_line_up() {
        let mut image = Image::new().programs(&["column"]);
        assert_eq!(image.run(&["column", "-t"], "a bb\nccc d e\n").out, "a    bb  \nccc  d   e\n");
        assert_eq!(image.run(&["column", "-t", "-s:", "-o|"], "a::b\n").out, "a||b\n");
        assert_eq!(image.run(&["column", "-c20"], "a\nb\nc\n").out, "a\tc\nb\n");
    }
}
