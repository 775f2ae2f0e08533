//! rpm's own table (rpm `rpmio/rpmlua.c`): versions, macros, programs, base64.

use std::cmp::Ordering;

use base64::{Engine, alphabet, engine};

use super::{
    files::OpenFile,
    macros::Macros,
    session::{Calls, Failure, Session},
    value::{Answer, Args, Raise, Value},
};
use crate::{
    effects::process::{Errno, Handle, Mode, Process, Status},
    formats::compression,
    terms::rpmvercmp,
};

pub(super) const CALLS: Calls = &[
    ("rpm.b64decode", b64decode),
    ("rpm.b64encode", b64encode),
    ("rpm.define", define),
    ("rpm.execute", execute),
    ("rpm.expand", expand),
    ("rpm.interactive", |_, _| Err(Raise::new("not a tty"))),
    ("rpm.isdefined", isdefined),
    ("rpm.load", load),
    ("rpm.next_file", next_file),
    ("rpm.spawn", spawn),
    ("rpm.splitargs", splitargs),
    ("rpm.undefine", undefine),
    ("rpm.vercmp", vercmp),
    ("fd.decoded", decoded),
    ("fd.parse", parse),
];

/// Bytes of a file that was compressed.
const LIMIT: u64 = 64 << 20;

type S<'x, 's, 'p, 'a> = &'x mut Session<'s, 'p, 'a>;

/// Epoch, version, release as rpm's Lua takes them apart: what is missing is told from what is empty.
type Parts = (Option<String>, String, Option<String>);

fn parts(text: &str) -> Parts {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (epoch, rest) = match text[digits..].strip_prefix(':') {
        Some(rest) => (Some(if digits == 0 { "0" } else { &text[..digits] }.to_owned()), rest),
        None => (None, text),
    };
    match rest.rsplit_once('-') {
        Some((version, release)) => (epoch, version.to_owned(), Some(release.to_owned())),
        None => (epoch, rest.to_owned(), None),
    }
}

fn compare(a: &Parts, b: &Parts) -> Ordering {
    let epoch = |p: &Parts| p.0.clone().unwrap_or_else(|| "0".to_owned());
    let release = || match (&a.2, &b.2) {
        (Some(a), Some(b)) => rpmvercmp(a, b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    };
    rpmvercmp(&epoch(a), &epoch(b)).then_with(|| rpmvercmp(&a.1, &b.1)).then_with(release)
}

fn version(args: &Args<'_>, i: usize) -> Result<Parts, Raise> {
    let text = args.text(i)?;
    match std::str::from_utf8(&text) {
        Ok(text) if !text.is_empty() => Ok(parts(text)),
        _ => Err(args.bad(i, "invalid version ")),
    }
}

fn vercmp(_: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let order = compare(&version(args, 0)?, &version(args, 1)?);
    Ok(vec![Value::Int(order as i64)])
}

/// For `rpm.ver`: the three parts of an EVR.
fn parse(_: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let (epoch, version, release) = version(args, 0)?;
    let part = |p: Option<String>| p.map_or(Value::Nil, |p| p.as_str().into());
    Ok(vec![part(epoch), version.as_str().into(), part(release)])
}

const BASE64: engine::GeneralPurpose = engine::GeneralPurpose::new(
    &alphabet::STANDARD,
    engine::GeneralPurposeConfig::new().with_decode_padding_mode(engine::DecodePaddingMode::Indifferent),
);

/// In lines of 64, each ended, unless the second argument says otherwise; 0 is one line.
fn b64encode(_: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let bytes = args.text(0)?;
    if bytes.is_empty() {
        return Ok(vec!["".into()]);
    }
    let wide = args.opt_int(1)?.unwrap_or(-1);
    let text = BASE64.encode(bytes);
    let width = match wide {
        0 => return Ok(vec![text.as_str().into()]),
        ..0 => 64,
        // rpm counts whole groups of four.
        n => usize::try_from(n).unwrap_or(usize::MAX) / 4 * 4,
    };
    let lines = text.as_bytes().chunks(width.max(4)).flat_map(|line| [line, b"\n"]).collect::<Vec<_>>().concat();
    Ok(vec![lines.into()])
}

fn b64decode(_: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let text: Vec<u8> = args.text(0)?.into_iter().filter(|b| !b.is_ascii_whitespace()).collect();
    Ok(vec![BASE64.decode(text).map_or(Value::Nil, Value::from)])
}

impl Session<'_, '_, '_> {
    /// The macros, read when first wanted.
    fn with_macros<T>(&mut self, work: impl FnOnce(&mut Macros, &mut Process<'_, '_>) -> T) -> T {
        let mut macros = self.macros.take().unwrap_or_else(|| Macros::of(self.process));
        let result = work(&mut macros, self.process);
        self.macros = Some(macros);
        result
    }
}

fn expand(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let text = args.text(0)?;
    match session.with_macros(|macros, process| macros.expand(process, &text)) {
        Ok(text) => Ok(vec![text.into()]),
        Err(_) => Err(Raise::new("error expanding macro")),
    }
}

fn define(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let text = args.text(0)?;
    match session.with_macros(|macros, _| macros.define(&text)) {
        true => Ok(Vec::new()),
        false => Err(Raise::new("error defining macro")),
    }
}

fn undefine(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let name = args.text(0)?;
    session.with_macros(|macros, _| macros.undefine(&name));
    Ok(Vec::new())
}

fn isdefined(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let name = args.text(0)?;
    let (defined, takes) = session.with_macros(|macros, _| macros.is_defined(&name));
    Ok(vec![Value::Bool(defined), Value::Bool(takes)])
}

fn load(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let path = args.text(0)?;
    let loaded = session.with_macros(|macros, process| macros.load(process, &path));
    Ok(vec![Value::Num(if loaded { 0.0 } else { -1.0 })])
}

/// How a program's end is told since rpm 4.20; before, the number was `wait`'s own.
fn ended(session: S<'_, '_, '_, '_>, status: Status) -> Answer {
    match status.0 {
        0 => Ok(vec![Value::Num(0.0)]),
        code => session.failed(Failure { text: "exit code".into(), number: i32::from(code) }, None),
    }
}

/// Runs a program, with what `redirect` does to its descriptors.
fn launch(
    session: S<'_, '_, '_, '_>,
    argv: Vec<Vec<u8>>,
    redirect: impl FnOnce(&mut Process<'_, '_>) -> Result<(), Errno>,
) -> Answer {
    let place = argv.first().and_then(|name| session.process.search(name));
    match place {
        None => return session.failed(Errno::NoEntry, None),
        Some(found) if !session.process.is_executable(&found) => return session.failed(Errno::Access, None),
        Some(_) => {}
    }
    let mut child = session.process.child(argv);
    let status = match redirect(&mut child) {
        Ok(()) => child.execute(),
        Err(errno) => return session.failed(errno, None),
    };
    ended(session, status)
}

fn execute(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    args.text(0)?;
    let argv = (0..args.values.len()).map(|i| args.text(i)).collect::<Result<Vec<_>, _>>()?;
    launch(session, argv, |_| Ok(()))
}

/// `spawn({program, …}, {stdin=, stdout=, stderr=})` of rpm 4.20; outputs are appended to.
fn spawn(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let Value::Table(pairs) = args.get(0) else { return Err(args.bad(0, "table expected")) };
    let mut words: Vec<(i64, Vec<u8>)> = Vec::new();
    for (key, value) in pairs {
        if let Value::Int(i) = key {
            words.push((*i, Args { name: args.name, values: std::slice::from_ref(value) }.text(0)?));
        }
    }
    words.sort_by_key(|(i, _)| *i);
    let argv: Vec<Vec<u8>> = words.into_iter().map(|(_, word)| word).collect();
    if argv.is_empty() {
        return Err(Raise::new("command not supplied"));
    }
    let mut streams = Vec::new();
    if let Value::Table(pairs) = args.get(1) {
        for (key, value) in pairs {
            let (Value::Text(key), Value::Text(path)) = (key, value) else {
                return Err(Raise::new("invalid spawn directive"));
            };
            streams.push(match key.as_slice() {
                b"stdin" => (0, Mode::READ, path.clone()),
                b"stdout" => (1, Mode::APPEND, path.clone()),
                b"stderr" => (2, Mode::APPEND, path.clone()),
                other => {
                    let other = String::from_utf8_lossy(other);
                    return Err(Raise::new(format_args!("invalid spawn directive: {other}")));
                }
            });
        }
    }
    streams.sort_by_key(|(fd, ..)| *fd);
    launch(session, argv, |child| {
        for (fd, mode, path) in streams {
            let handle = child.open(&path, mode)?;
            child.descriptors.insert(fd, handle);
        }
        Ok(())
    })
}

/// The next path of a file trigger: standard input is its list, a path a line.
fn next_file(session: S<'_, '_, '_, '_>, _: &Args<'_>) -> Answer {
    let stdin = session.process.handle(0);
    let mut line = stdin.read_line(session.process.stage).unwrap_or_default();
    if line.is_empty() {
        return Ok(vec![Value::Nil]);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    Ok(vec![line.into()])
}

/// Words, a unit separator quoting blanks.
fn splitargs(_: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let text = args.text(0)?;
    let (mut words, mut word, mut seen, mut quoted) = (Vec::new(), Vec::new(), false, false);
    for &b in text.iter().chain(b" ") {
        match b {
            0x1f => (quoted, seen) = (!quoted, true),
            b' ' | b'\t' if !quoted => {
                if seen {
                    words.push(std::mem::take(&mut word));
                }
                seen = false;
            }
            _ => {
                word.push(b);
                seen = true;
            }
        }
    }
    Ok(vec![Value::list(words)])
}

/// A file opened for reading through a decompressor, for `rpm.open`.
fn decoded(session: S<'_, '_, '_, '_>, args: &Args<'_>) -> Answer {
    let path = args.text(0)?;
    let bytes = match session.process.read_file(&path) {
        Ok(bytes) => bytes,
        Err(errno) => return session.failed(errno, Some(&path)),
    };
    let mut out = Vec::new();
    let read = compression::sniffing_decoder(std::io::Cursor::new(bytes))
        .and_then(|decoder| std::io::Read::read_to_end(&mut std::io::Read::take(decoder, LIMIT + 1), &mut out));
    if read.is_err() || out.len() as u64 > LIMIT || !session.process.stage.budget.output(out.len()) {
        return session.failed(Errno::Io, Some(&path));
    }
    Ok(vec![session.register(OpenFile::of(Handle::reading(out)))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_rpms_lua_compares_them() {
        for (a, b, order) in [
            ("5.14.0-1.el9", "3.2", Ordering::Greater),
            ("1-1", "1-2", Ordering::Less),
            ("1-1", "1", Ordering::Greater),
            ("0:1", "1", Ordering::Equal),
            ("1:1", "2", Ordering::Greater),
            ("3.2", "3.10", Ordering::Less),
        ] {
            assert_eq!(compare(&parts(a), &parts(b)), order, "{a} {b}");
        }
    }
}
