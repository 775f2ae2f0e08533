//! `chown` and `chgrp`.

use super::{
    super::{
        super::process::{Errno, Process, Stat, Status},
        options::{Order, Parsed},
    },
    Ended,
    names::quoted,
    owners::Owners,
    walk::{Follow, Walk},
};

const KNOWN: &[&str] = &[
    "c,changes",
    "f,silent",
    "quiet",
    "v,verbose",
    "dereference",
    "h,no-dereference",
    "from=",
    "preserve-root",
    "no-preserve-root",
    "reference=",
    "R,recursive",
    "H",
    "L",
    "P",
];

/// Who something is to belong to, and whom it has to belong to now.
#[derive(Clone, Copy, Debug, Default)]
struct Change {
    to: (Option<u32>, Option<u32>),
    from: (Option<u32>, Option<u32>),
}

pub(super) fn chown(process: &mut Process<'_, '_>) -> Ended {
    run(process, |owners, text| owners.parse_both(text))
}

pub(super) fn chgrp(process: &mut Process<'_, '_>) -> Ended {
    run(process, |owners, text| match (text, owners.parse_group(text)) {
        (b"", _) => Ok((None, None)),
        (_, Some(gid)) => Ok((None, Some(gid))),
        (_, None) => Err(format!("invalid group: {}", quoted(text))),
    })
}

type Parse = fn(&Owners, &[u8]) -> Result<(Option<u32>, Option<u32>), String>;

fn run(process: &mut Process<'_, '_>, parse: Parse) -> Ended {
    let mut parsed = process.options(KNOWN, Order::Any)?;
    let owners = Owners::read(process);
    let mut change = Change::default();
    if let Some(from) = parsed.value("from") {
        change.from = owners.parse_both(from).map_err(|text| process.fail(text))?;
    }
    match parsed.value("reference").map(<[u8]>::to_vec) {
        Some(name) => match process.stat(&name) {
            // chgrp takes the group only, which is what its parser gives.
            Ok(stat) => change.to = (Some(stat.uid).filter(|_| process.name() == "chown"), Some(stat.gid)),
            Err(error) => {
                return Err(process.fail(format_args!("failed to get attributes of {}: {error}", quoted(&name))));
            }
        },
        None if parsed.operands.is_empty() => return Err(process.usage("missing operand")),
        None => {
            let text = parsed.operands.remove(0);
            if parsed.operands.is_empty() {
                return Err(process.usage(format_args!("missing operand after {}", quoted(&text))));
            }
            change.to = parse(&owners, &text).map_err(|text| process.fail(text))?;
        }
    }
    if parsed.operands.is_empty() {
        return Err(process.usage("missing operand"));
    }
    each(process, &parsed, change)
}

/// Every operand, and with `-R` what is in it.
fn each(process: &mut Process<'_, '_>, parsed: &Parsed, change: Change) -> Ended {
    let recursive = parsed.has("recursive");
    let links = parsed.last(&["dereference", "no-dereference"]);
    let walks = match (recursive, parsed.last(&["H", "L", "P"])) {
        (true, Some("L")) => Follow::Always,
        (true, Some("H")) => Follow::Start,
        _ => Follow::Never,
    };
    if recursive && walks == Follow::Never && links == Some("dereference") {
        return Err(process.fail("-R --dereference requires either -H or -L"));
    }
    // Whether a symlink's target is meant: usually, but not on the way through a tree that stays physical.
    let through = links != Some("no-dereference") && !(recursive && walks == Follow::Never);
    let quiet = parsed.has("silent") || parsed.has("quiet");
    let mut status = Status::SUCCESS;
    for name in &parsed.operands {
        let mut walk = Walk::new(name, walks);
        while let Some(visit) = walk.next(process) {
            if !recursive {
                walk.skip();
            }
            if visit.leaving || visit.cycle {
                continue;
            }
            if parsed.has("verbose") {
                let verb = if change.to == (None, None) { "retained" } else { "changed" };
                process.out(format!("ownership of {} {verb}\n", quoted(&visit.name)));
            }
            if let Err(error) = own(process, &visit.name, change, through) {
                let text = match &visit.stat {
                    Err(_) => format!("cannot access {}: {error}", quoted(&visit.name)),
                    Ok(_) => format!("cannot dereference {}: {error}", quoted(&visit.name)),
                };
                status = if quiet { Status::FAILURE } else { process.fail(text) };
            }
        }
    }
    Ok(status)
}

fn own(process: &mut Process<'_, '_>, name: &[u8], change: Change, through: bool) -> Result<(), Errno> {
    let stat: Stat = if through { process.stat(name) } else { process.lstat(name) }?;
    let matches = |wanted: Option<u32>, is: u32| wanted.is_none_or(|w| w == is);
    if matches(change.from.0, stat.uid) && matches(change.from.1, stat.gid) {
        process.chown(name, change.to.0, change.to.1, through)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn owners_change() {
        let image = || {
            Image::new()
                .programs(&["chown", "chgrp"])
                .file("etc/passwd", "root:x:0:0::/:\nbob:x:7:8::/:\n", 0o644)
                .file("etc/group", "root:x:0:\nadm:x:4:\n", 0o644)
                .file("d/f", "", 0o4755)
                .symlink("d/l", "../o")
                .file("o", "", 0o644)
        };
        for (line, status, owners) in [
            ("chown bob d/f", 0, "0:0 7:0 0:0 0:0"),
            ("chown bob: d/l", 0, "0:0 0:0 0:0 7:8"),
            ("chown -h :adm d/l", 0, "0:0 0:0 0:4 0:0"),
            ("chown -R bob:adm d", 0, "7:4 7:4 7:4 0:0"),
            ("chown -RL 3.4 d", 0, "3:4 3:4 0:0 3:4"),
            ("chgrp -R adm d/l d/f", 0, "0:0 0:4 0:4 0:0"),
            ("chown --from=bob root:adm o d", 0, "0:0 0:0 0:0 0:0"),
            ("chgrp none o", 1, "0:0 0:0 0:0 0:0"),
            ("chown bob none o", 1, "0:0 0:0 0:0 7:0"),
        ] {
            let mut image = image();
            let words: Vec<_> = line.split(' ').collect();
            assert_eq!(image.run(&words, "").status.0, status, "{line}");
            let now = image.process(|p| {
                ["d", "d/f", "d/l", "o"].map(|n| {
                    let stat = p.lstat(n.as_bytes()).expect(n);
                    format!("{}:{}", stat.uid, stat.gid)
                })
            });
            assert_eq!(now.join(" "), owners, "{line}");
        }
    }
}
