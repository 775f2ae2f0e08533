//! `cut`: parts of lines.

use super::{
    super::options::{Order, Parsed},
    stream,
};
use crate::effects::process::{Process, Status};

const OPTIONS: &[&str] = &[
    "b,bytes=",
    "c,characters=",
    "d,delimiter=",
    "f,fields=",
    "n",
    "complement",
    "s,only-delimited",
    "output-delimiter=",
    "z,zero-terminated",
];

/// Ranges counted from 1, ends included, in order; overlapping ones joined.
struct Ranges(Vec<(usize, usize)>);

impl Ranges {
    fn parse(text: &[u8], complement: bool) -> Option<Self> {
        let number = |t: &[u8]| stream::number(t).filter(|n| *n > 0).map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        let mut ranges = Vec::new();
        for item in text.split(|b| matches!(b, b',' | b' ' | b'\t')) {
            let range = match item.iter().position(|&b| b == b'-') {
                None => (number(item)?, number(item)?),
                Some(_) if item.len() == 1 => return None,
                Some(at) => {
                    let (low, high) = (&item[..at], &item[at + 1..]);
                    let low = if low.is_empty() { 1 } else { number(low)? };
                    (low, if high.is_empty() { usize::MAX } else { number(high)? })
                }
            };
            if range.0 > range.1 {
                return None;
            }
            ranges.push(range);
        }
        ranges.sort_unstable();
        let mut joined: Vec<(usize, usize)> = Vec::new();
        for (low, high) in ranges {
            match joined.last_mut() {
                Some(last) if low <= last.1 => last.1 = last.1.max(high),
                _ => joined.push((low, high)),
            }
        }
        Some(Self(if complement { without(&joined) } else { joined }))
    }

    /// Which range a place is in.
    fn find(&self, place: usize) -> Option<usize> {
        let at = self.0.partition_point(|(_, high)| *high < place);
        self.0.get(at).filter(|(low, _)| *low <= place).map(|_| at)
    }
}

/// What is not in them.
fn without(ranges: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut next = 1;
    let mut out = Vec::new();
    for &(low, high) in ranges {
        if low > next {
            out.push((next, low - 1));
        }
        next = high.saturating_add(1);
    }
    if next < usize::MAX {
        out.push((next, usize::MAX));
    }
    out
}

struct Settings {
    ranges: Ranges,
    by: &'static str,
    delimiter: u8,
    output_delimiter: Option<Vec<u8>>,
    only_delimited: bool,
    end: u8,
}

impl Settings {
    fn of(parsed: &Parsed) -> Result<Self, &'static str> {
        let kinds: Vec<_> =
            parsed.options.iter().filter(|(n, _)| matches!(*n, "bytes" | "characters" | "fields")).collect();
        let [(by, list)] = kinds[..] else {
            return Err(if kinds.is_empty() {
                "you must specify a list of bytes, characters, or fields"
            } else {
                "only one list may be specified"
            });
        };
        let ranges = Ranges::parse(list.as_deref().unwrap_or_default(), parsed.has("complement"));
        let ranges = ranges.ok_or("invalid byte, character or field list")?;
        if *by != "fields" && parsed.has("delimiter") {
            return Err("an input delimiter may be specified only when operating on fields");
        }
        if *by != "fields" && parsed.has("only-delimited") {
            return Err("suppressing non-delimited lines makes sense\n\tonly when operating on fields");
        }
        let delimiter = match parsed.value("delimiter") {
            None => b'\t',
            Some(b"") => 0,
            Some([byte]) => *byte,
            Some(_) => return Err("the delimiter must be a single character"),
        };
        Ok(Self {
            ranges,
            by,
            delimiter,
            output_delimiter: parsed.value("output-delimiter").map(|d| if d.is_empty() { vec![0] } else { d.to_vec() }),
            only_delimited: parsed.has("only-delimited"),
            end: if parsed.has("zero-terminated") { 0 } else { b'\n' },
        })
    }

    /// What is cut out of a line; none where the line does not count.
    fn cut(&self, line: &[u8]) -> Option<Vec<u8>> {
        match self.by {
            "fields" => self.fields(line),
            "bytes" => Some(self.pieces(line.chunks(1))),
            _ => Some(self.pieces(stream::characters(line))),
        }
    }

    fn fields(&self, line: &[u8]) -> Option<Vec<u8>> {
        if !line.contains(&self.delimiter) {
            return (!self.only_delimited).then(|| line.to_vec());
        }
        let fields = line.split(|&b| b == self.delimiter).zip(1..);
        let wanted: Vec<&[u8]> = fields.filter(|(_, n)| self.ranges.find(*n).is_some()).map(|(f, _)| f).collect();
        Some(wanted.join(self.output_delimiter.as_deref().unwrap_or(&[self.delimiter])))
    }

    fn pieces<'l>(&self, pieces: impl Iterator<Item = &'l [u8]>) -> Vec<u8> {
        let mut out = Vec::new();
        let mut last = None;
        for (piece, n) in pieces.zip(1..) {
            let Some(range) = self.ranges.find(n) else { continue };
            if last.is_some_and(|l| l != range) {
                out.extend_from_slice(self.output_delimiter.as_deref().unwrap_or_default());
            }
            last = Some(range);
            out.extend_from_slice(piece);
        }
        out
    }
}

/// `cut {-b|-c|-f} LIST [OPTION]… [FILE]…`
pub(super) fn cut(process: &mut Process<'_, '_>) -> Status {
    let parsed = match process.options(OPTIONS, Order::Any) {
        Ok(parsed) => parsed,
        Err(status) => return status,
    };
    let settings = match Settings::of(&parsed) {
        Ok(settings) => settings,
        Err(text) => return process.usage(text),
    };
    stream::each(process, &parsed.operands, |process, _, bytes| {
        let mut out = Vec::new();
        // A delimiter that ends lines makes the whole text one line of fields.
        let end = if settings.by == "fields" && settings.delimiter == settings.end { None } else { Some(settings.end) };
        let whole = [bytes.strip_suffix(&[settings.end]).unwrap_or(&bytes)];
        let lines: Box<dyn Iterator<Item = &[u8]>> = match end {
            Some(end) => Box::new(stream::lines(&bytes, end)),
            None => Box::new(whole.into_iter()),
        };
        for line in lines {
            if !process.stage.budget.step() {
                break;
            }
            if let Some(part) = settings.cut(line) {
                out.extend_from_slice(&part);
                out.push(settings.end);
            }
        }
        process.out(out);
    })
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn parts_are_cut_in_order() {
        for (args, expected) in [
            (&["cut", "-d:", "-f3,1"][..], "a:c\nplain\n"),
            (&["cut", "-d:", "-s", "-f2-"], "b:c\n"),
            (&["cut", "-d:", "--complement", "-f2", "--output-delimiter=, "], "a, c\nplain\n"),
            (&["cut", "-c", "-2,4"], "a::\npli\n"),
            (&["cut", "-b1,3-"], "ab:c\npain\n"),
        ] {
            assert_eq!(Image::new().programs(&["cut"]).run(args, "a:b:c\nplain\n").out, expected, "{args:?}");
        }
        let ran = Image::new().programs(&["cut"]).run(&["cut", "-f0"], "");
        assert_eq!(ran.status.0, 1);
    }
}
