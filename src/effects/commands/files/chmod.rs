//! `chmod`.

use super::{
    super::{
        super::process::{Process, Status},
        options::Order,
    },
    Ended,
    names::quoted,
    permissions::{self, Changes},
    walk::{Follow, Walk},
};

const KNOWN: &[&str] = &[
    "c,changes",
    "f,silent",
    "quiet",
    "v,verbose",
    "R,recursive",
    "reference=",
    "preserve-root",
    "no-preserve-root",
    "h,no-dereference",
    "dereference",
];

pub(super) fn chmod(process: &mut Process<'_, '_>) -> Ended {
    let minus = take_minus_modes(&mut process.args);
    let mut parsed = process.options(KNOWN, Order::Any)?;
    let changes = match parsed.value("reference").map(<[u8]>::to_vec) {
        Some(name) => match process.stat(&name) {
            Ok(stat) => Changes::exactly(stat.mode),
            Err(error) => {
                return Err(process.fail(format_args!("failed to get attributes of {}: {error}", quoted(&name))));
            }
        },
        None => {
            let text = match minus {
                Some(mode) => mode,
                None if parsed.operands.is_empty() => return Err(process.usage("missing operand")),
                None => parsed.operands.remove(0),
            };
            Changes::parse(&text).ok_or_else(|| process.usage(format_args!("invalid mode: {}", quoted(&text))))?
        }
    };
    if parsed.operands.is_empty() {
        return Err(process.usage("missing operand"));
    }
    let quiet = parsed.has("silent") || parsed.has("quiet");
    let told = parsed.last(&["changes", "verbose"]);
    let mut status = Status::SUCCESS;
    for name in &parsed.operands {
        let mut walk = Walk::new(name, Follow::Start);
        while let Some(visit) = walk.next(process) {
            if !parsed.has("recursive") {
                walk.skip();
            }
            let is_link = visit.stat.as_ref().is_ok_and(|s| s.is_symlink());
            if visit.leaving || is_link && visit.depth > 0 {
                continue;
            }
            let failed = match &visit.stat {
                Err(error) => Some(format!("cannot access {}: {error}", quoted(&visit.name))),
                Ok(_) if is_link => Some(format!("cannot operate on dangling symlink {}", quoted(&visit.name))),
                Ok(_) => change(process, &visit.name, &changes, told).err(),
            };
            if let Some(text) = failed {
                status = if quiet { Status::FAILURE } else { process.fail(text) };
            }
        }
    }
    Ok(status)
}

/// Modes that look like options, `-x` and `-rwx`: several are one, with commas. They are taken out.
fn take_minus_modes(args: &mut Vec<Vec<u8>>) -> Option<Vec<u8>> {
    let options = args.iter().position(|a| a == b"--").unwrap_or(args.len());
    // Whatever follows an option that wants a value is not a mode; only --reference does, and its value is no mode either.
    let is_mode = |arg: &[u8]| arg.len() > 1 && arg[0] == b'-' && b"rwxXstugoa,+=01234567".contains(&arg[1]);
    let (mut modes, mut kept) = (Vec::new(), Vec::new());
    for (at, arg) in args.drain(..).enumerate() {
        match at > 0 && at < options && is_mode(&arg) {
            true => modes.push(arg),
            false => kept.push(arg),
        }
    }
    *args = kept;
    (!modes.is_empty()).then(|| modes.join(&b','))
}

fn change(process: &mut Process<'_, '_>, name: &[u8], changes: &Changes, told: Option<&str>) -> Result<(), String> {
    let failed = |error| format!("changing permissions of {}: {error}", quoted(name));
    let stat = process.stat(name).map_err(failed)?;
    let mode = changes.apply(stat.mode, stat.is_directory(), process.umask);
    process.chmod(name, mode).map_err(failed)?;
    if told == Some("verbose") || told.is_some() && mode != stat.mode {
        let show = |mode: u16| format!("{mode:04o} ({})", &permissions::text(u32::from(mode))[1..]);
        let line = match mode == stat.mode {
            true => format!("mode of {} retained as {}\n", quoted(name), show(mode)),
            false => format!("mode of {} changed from {} to {}\n", quoted(name), show(stat.mode), show(mode)),
        };
        process.out(line);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn modes_change_through_trees() {
        let image = || {
            Image::new()
                .programs(&["chmod"])
                .file("d/f", "", 0o644)
                .file("d/x", "", 0o700)
                .symlink("d/l", "../o")
                .file("o", "", 0o600)
        };
        for (line, status, modes) in [
            ("chmod 4755 d/f", 0, "755 4755 700 600"),
            ("chmod -R a+rX d", 0, "755 644 755 600"),
            ("chmod -R u=rwx,go= d", 0, "700 700 700 600"),
            ("chmod -x d/x", 0, "755 644 600 600"),
            ("chmod -f -w d/f o", 0, "755 444 700 400"),
            ("chmod go-rwx -- d d/l", 0, "700 644 700 600"),
            ("chmod --reference=d/x o", 0, "755 644 700 700"),
            ("chmod 644 none o", 1, "755 644 700 644"),
            ("chmod what o", 1, "755 644 700 600"),
        ] {
            let mut image = image();
            let words: Vec<_> = line.split(' ').collect();
            assert_eq!(image.run(&words, "").status.0, status, "{line}");
            let now = image
                .process(|p| ["d", "d/f", "d/x", "o"].map(|n| format!("{:o}", p.stat(n.as_bytes()).expect(n).mode)));
            assert_eq!(now.join(" "), modes, "{line}");
        }
    }
}
