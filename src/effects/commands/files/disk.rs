//! `du` and `df`: the sizes of files are the image's, those of the file system the same everywhere.

use std::collections::BTreeSet;

use super::{
    super::{
        super::process::{Process, Status},
        options::{Order, Parsed},
    },
    Ended,
    names::{number, quoted, size},
    stat::blocks,
    walk::{Follow, Walk},
};

/// Bytes of the file system that `df` and `stat -f` tell of.
pub(super) const TOTAL: u64 = 1 << 40;
/// Bytes of it that are free.
pub(super) const FREE: u64 = 1 << 39;

/// The unit sizes are shown in.
#[derive(Clone, Copy, Debug)]
enum Unit {
    Bytes(u64),
    Human(u64),
}

impl Unit {
    fn of(parsed: &Parsed) -> Self {
        let options = parsed.options.iter().rev();
        let mut units = options.filter_map(|(name, value)| match (*name, value) {
            ("human-readable", _) => Some(Self::Human(1024)),
            ("si" | "H", _) => Some(Self::Human(1000)),
            ("bytes", _) => Some(Self::Bytes(1)),
            ("k", _) => Some(Self::Bytes(1024)),
            ("m", _) => Some(Self::Bytes(1 << 20)),
            ("block-size", Some(text)) => size(text).filter(|s| *s > 0).map(Self::Bytes),
            _ => None,
        });
        units.next().unwrap_or(Self::Bytes(1024))
    }

    fn show(self, bytes: u64) -> String {
        match self {
            Self::Bytes(unit) => bytes.div_ceil(unit).to_string(),
            Self::Human(base) => human(bytes, base),
        }
    }
}

/// `4.0K`, `12M`: rounded up, with one digit behind the point below ten.
pub(super) fn human(bytes: u64, base: u64) -> String {
    const UNITS: [&str; 7] = ["", "K", "M", "G", "T", "P", "E"];
    let mut unit = 0;
    let mut scale = 1_u64;
    while bytes / scale >= base && unit + 1 < UNITS.len() {
        (unit, scale) = (unit + 1, scale * base);
    }
    if unit == 0 {
        return bytes.to_string();
    }
    let tenths = (u128::from(bytes) * 10).div_ceil(u128::from(scale));
    match tenths {
        0..100 => format!("{}.{}{}", tenths / 10, tenths % 10, UNITS[unit]),
        _ => format!("{}{}", bytes.div_ceil(scale), UNITS[unit]),
    }
}

pub(super) fn du(process: &mut Process<'_, '_>) -> Ended {
    const KNOWN: &[&str] = &[
        "0,null",
        "a,all",
        "apparent-size",
        "B,block-size=",
        "b,bytes",
        "c,total",
        "D,dereference-args",
        "d,max-depth=",
        "H",
        "h,human-readable",
        "k",
        "L,dereference",
        "l,count-links",
        "m",
        "P,no-dereference",
        "S,separate-dirs",
        "si",
        "s,summarize",
        "x,one-file-system",
        "exclude=",
        "threshold=",
        "time=?",
    ];
    let parsed = process.options(KNOWN, Order::Any)?;
    let unit = Unit::of(&parsed);
    let apparent = parsed.has("apparent-size") || parsed.has("bytes");
    let follow = match parsed.last(&["D", "dereference-args", "dereference", "no-dereference"]) {
        Some("dereference") => Follow::Always,
        Some("dereference-args" | "D") => Follow::Start,
        _ => Follow::Never,
    };
    let depth = match (parsed.has("summarize"), parsed.value("max-depth")) {
        (true, _) => 0,
        (false, None) => usize::MAX,
        (false, Some(text)) => {
            number(text).ok_or_else(|| process.usage(format_args!("invalid maximum depth {}", quoted(text))))?
        }
    };
    let end = if parsed.has("null") { "\0" } else { "\n" };
    let names = if parsed.operands.is_empty() { vec![b".".to_vec()] } else { parsed.operands.clone() };
    let (mut status, mut total, mut seen) = (Status::SUCCESS, 0_u64, BTreeSet::new());
    for name in names {
        let mut walk = Walk::new(&name, follow);
        let mut sums = vec![0_u64];
        while let Some(visit) = walk.next(process) {
            let stat = match &visit.stat {
                Ok(stat) => stat,
                Err(error) => {
                    status = process.fail(format_args!("cannot access {}: {error}", quoted(&visit.name)));
                    continue;
                }
            };
            let is_directory = stat.is_directory();
            if is_directory && !visit.leaving {
                sums.push(0);
                continue;
            }
            let counted = parsed.has("count-links") || stat.leaf.is_none_or(|leaf| seen.insert(leaf));
            let own = if !counted {
                0
            } else if apparent {
                stat.size
            } else {
                blocks(stat) * 512
            };
            let sum = if is_directory { sums.pop().unwrap_or(0) } else { 0 } + own;
            if let Some(above) = sums.last_mut() {
                *above += sum;
            }
            if visit.depth <= depth
                && (is_directory || visit.depth == 0 || parsed.has("all"))
                && (counted || is_directory)
            {
                let line = format!("{}\t", unit.show(sum));
                process.out([line.as_bytes(), &visit.name, end.as_bytes()].concat());
            }
        }
        total += sums.first().copied().unwrap_or(0);
    }
    if parsed.has("total") {
        process.out(format!("{}\ttotal{end}", unit.show(total)));
    }
    Ok(status)
}

pub(super) fn df(process: &mut Process<'_, '_>) -> Ended {
    const KNOWN: &[&str] = &[
        "a,all",
        "B,block-size=",
        "h,human-readable",
        "H,si",
        "i,inodes",
        "k",
        "l,local",
        "no-sync",
        "output=?",
        "P,portability",
        "sync",
        "total",
        "t,type=",
        "T,print-type",
        "x,exclude-type=",
        "m",
    ];
    let parsed = process.options(KNOWN, Order::Any)?;
    for name in &parsed.operands {
        if let Err(error) = process.stat(name) {
            return Err(process.fail(format_args!("{}: {error}", String::from_utf8_lossy(name))));
        }
    }
    let unit = Unit::of(&parsed);
    let show = |bytes| unit.show(bytes);
    let lines = parsed.operands.len().max(1);
    if let Some(fields) = parsed.value("output").map(<[u8]>::to_vec) {
        let fields: Vec<_> = fields.split(|&b| b == b',').map(<[u8]>::to_vec).collect();
        let row = |head: bool| {
            let cells = fields.iter().map(|f| match column(f) {
                (title, ..) if head => title.to_owned(),
                (_, Some(bytes), _) => show(bytes),
                (_, None, text) => text.to_owned(),
            });
            cells.collect::<Vec<_>>().join(" ") + "\n"
        };
        let text = row(true) + &row(false).repeat(lines);
        process.out(text);
        return Ok(Status::SUCCESS);
    }
    let kind = if parsed.has("print-type") { ("Type ", "overlay ") } else { ("", "") };
    let title = match unit {
        Unit::Human(_) => "Size Used Avail Use%",
        Unit::Bytes(_) if parsed.has("portability") => "1024-blocks Used Available Capacity",
        Unit::Bytes(_) => "1K-blocks Used Available Use%",
    };
    let row = format!("overlay {}{} {} {} 50% /\n", kind.1, show(TOTAL), show(TOTAL - FREE), show(FREE));
    process.out(format!("Filesystem {}{title} Mounted on\n{}", kind.0, row.repeat(lines)));
    Ok(Status::SUCCESS)
}

/// A column of `--output`: its title, and the bytes or the text below it.
fn column(name: &[u8]) -> (&'static str, Option<u64>, &'static str) {
    match name {
        b"source" => ("Filesystem", None, "overlay"),
        b"fstype" => ("Type", None, "overlay"),
        b"size" => ("1K-blocks", Some(TOTAL), ""),
        b"used" => ("Used", Some(TOTAL - FREE), ""),
        b"avail" => ("Avail", Some(FREE), ""),
        b"pcent" => ("Use%", None, "50%"),
        b"target" => ("Mounted on", None, "/"),
        _ => ("-", None, "-"),
    }
}

#[cfg(test)]
mod tests {
    use super::human;
    use crate::effects::process::testing::Image;

    #[test]
    fn sizes_are_summed() {
        let mut image =
            Image::new().programs(&["du", "df"]).file("d/e/f", &"x".repeat(5000), 0o644).file("d/g", "x", 0o644);
        assert_eq!(image.run(&["du", "d"], "").out, "12\td/e\n20\td\n");
        assert_eq!(image.run(&["du", "-sb", "d/e"], "").out, "9096\td/e\n");
        assert_eq!(
            image.run(&["du", "-ach", "--apparent-size", "d/g", "d/e"], "").out,
            "1\td/g\n4.9K\td/e/f\n8.9K\td/e\n8.9K\ttotal\n"
        );
        assert_eq!(image.run(&["df", "--output=avail", "/"], "").out, "Avail\n536870912\n");
        assert_eq!(human(1025, 1024), "1.1K");
    }
}
