//! `mktemp`. Names come from the stage's counter, so that the same build makes the same.

use super::{
    super::{
        super::process::{Errno, Mode, Process, Status},
        options::Order,
    },
    Ended,
    names::{before, join, quoted},
};
use crate::terms::Digest;

/// Names tried before all are taken to be in use.
const TRIES: u32 = 1000;
const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

pub(super) fn mktemp(process: &mut Process<'_, '_>) -> Ended {
    const KNOWN: &[&str] = &["d,directory", "q,quiet", "u,dry-run", "p=", "tmpdir=?", "suffix=", "t"];
    let parsed = process.options(KNOWN, Order::Any)?;
    if parsed.operands.len() > 1 {
        return Err(process.usage("too many templates"));
    }
    let given = parsed.operands.first().cloned();
    let tmpdir = process.env.get(&b"TMPDIR"[..]).filter(|d| !d.is_empty()).cloned().unwrap_or_else(|| b"/tmp".to_vec());
    let option = parsed.last(&["p", "tmpdir"]);
    let named = option.and_then(|name| parsed.value(name)).filter(|d| !d.is_empty()).map(<[u8]>::to_vec);
    let dir = match (&given, parsed.has("t"), option) {
        // -t: a set TMPDIR wins over -p.
        (_, true, _) if process.env.get(&b"TMPDIR"[..]).is_some_and(|d| !d.is_empty()) => Some(tmpdir),
        (_, true, _) | (None, ..) | (_, _, Some(_)) => Some(named.unwrap_or(tmpdir)),
        (Some(_), false, None) => None,
    };
    let template = given.unwrap_or_else(|| b"tmp.XXXXXXXXXX".to_vec());
    let (start, suffix) = split(&template, parsed.value("suffix")).map_err(|text| process.fail(text))?;
    if dir.is_some() && (template.starts_with(b"/") || parsed.has("t") && template.contains(&b'/')) {
        return Err(process
            .fail(format_args!("invalid template, {}; with --tmpdir, it may not be absolute", quoted(&template))));
    }
    let count = template.len() + parsed.value("suffix").map_or(0, <[u8]>::len) - start.len() - suffix.len();
    let start = dir.map_or(start.clone(), |dir| join(&dir, &start));
    for _ in 0..TRIES {
        let name = [start.as_slice(), &letters(process.stage.next_serial(), count), &suffix].concat();
        match make(process, &name, parsed.has("directory"), parsed.has("dry-run")) {
            Ok(()) => {
                process.out([&name, &b"\n"[..]].concat());
                return Ok(Status::SUCCESS);
            }
            Err(Errno::Exists) => {}
            Err(error) => {
                let noun = if parsed.has("directory") { "directory" } else { "file" };
                let shown = [start.as_slice(), &vec![b'X'; count], &suffix].concat();
                return Err(match parsed.has("quiet") {
                    true => Status::FAILURE,
                    false => {
                        process.fail(format_args!("failed to create {noun} via template {}: {error}", quoted(&shown)))
                    }
                });
            }
        }
    }
    Err(process.fail("failed to create a file: all names are in use"))
}

/// What is before and after the last run of `X`.
fn split(template: &[u8], suffix: Option<&[u8]>) -> Result<(Vec<u8>, Vec<u8>), String> {
    let end = template.iter().rposition(|&b| b == b'X').map_or(0, |at| at + 1);
    let start = template[..end].iter().rposition(|&b| b != b'X').map_or(0, |at| at + 1);
    let after = &template[end..];
    if suffix.is_some() && !after.is_empty() {
        return Err(format!("with --suffix, template {} must end in X", quoted(template)));
    }
    if end - start < 3 {
        return Err(format!("too few X's in template {}", quoted(template)));
    }
    let suffix = suffix.unwrap_or(after);
    if suffix.contains(&b'/') {
        return Err(format!("invalid suffix {}, contains directory separator", quoted(suffix)));
    }
    Ok((template[..start].to_vec(), suffix.to_vec()))
}

/// Letters for the `X`s, spread by a digest.
fn letters(serial: u32, count: usize) -> Vec<u8> {
    let hex = Digest::of(format!("mktemp {serial}").as_bytes()).hex();
    let letter = |at: usize| u8::from_str_radix(&hex[at % 32 * 2..][..2], 16).map_or(0, |n| usize::from(n) % 62);
    (0..count).map(|at| LETTERS[letter(at)]).collect()
}

fn make(process: &mut Process<'_, '_>, name: &[u8], directory: bool, dry: bool) -> Result<(), Errno> {
    if dry {
        let parent = process.stat(before(name))?;
        return match (parent.is_directory(), process.lstat(name).is_ok()) {
            (false, _) => Err(Errno::NotDirectory),
            (true, true) => Err(Errno::Exists),
            (true, false) => Ok(()),
        };
    }
    let umask = process.umask;
    if directory {
        return process.mkdir(name, 0o700);
    }
    process.open(name, Mode { write: true, create: true, exclusive: true, ..Mode::default() })?;
    process.chmod(name, 0o600 & !umask)
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn names_follow_the_template_and_differ() {
        let mut image = Image::new().programs(&["mktemp"]);
        for (line, start, end) in [
            ("mktemp", "/tmp/tmp.", ""),
            ("mktemp -d", "/tmp/tmp.", ""),
            ("mktemp -p /var/tmp", "/var/tmp/tmp.", ""),
            ("mktemp /etc/passwd.XXXXXX", "/etc/passwd.", ""),
            ("mktemp -t a.XXXX", "/tmp/a.", ""),
            ("mktemp --tmpdir a.XXXX --suffix=.c", "/tmp/a.", ".c"),
            ("mktemp -u b.XXX.d", "b.", ".d"),
        ] {
            let words: Vec<_> = line.split(' ').collect();
            let (one, two) = (image.run(&words, "").out, image.run(&words, "").out);
            let name = one.trim_end();
            assert!(name.starts_with(start) && name.ends_with(end), "{line}: {name}");
            assert!(line.contains("-u") || one != two, "{line}: {one}");
            let mode = image.process(|p| p.lstat(name.as_bytes()).ok().map(|s| s.mode));
            let expected =
                if line.contains("-u") { None } else { Some(if line.contains("-d") { 0o700 } else { 0o600 }) };
            assert_eq!(mode, expected, "{line}");
        }
        for line in ["mktemp a.XX", "mktemp /no/such.XXXXXX", "mktemp -q /no/such.XXXXXX", "mktemp a b"] {
            let words: Vec<_> = line.split(' ').collect();
            assert_eq!(image.run(&words, "").status.0, 1, "{line}");
        }
    }
}
