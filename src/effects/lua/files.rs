//! Open files: what Lua's `io` does underneath, on the process's handles. The `io` table itself is the prelude's.

use super::{
    session::{Calls, Session},
    value::{Answer, Args, Raise, Value, number},
};
use crate::effects::process::{Errno, Handle, Mode, Status};

/// The calls of files, which the prelude makes `io` and the methods of files out of.
pub(super) const CALLS: Calls = &[
    ("file.open", open),
    ("file.popen", popen),
    ("file.tmpfile", tmpfile),
    ("file.read", read),
    ("file.write", write),
    ("file.seek", seek),
    ("file.close", close),
    ("file.status", status),
    ("file.slurp", slurp),
];

/// An open file of a chunk.
#[derive(Clone, Debug)]
pub(super) struct OpenFile {
    /// None once closed.
    handle: Option<Handle>,
    /// What was read and not yet taken: reading goes by the rest of the file, as stdio's goes by blocks.
    ahead: Vec<u8>,
    at: usize,
    /// The status of a program that was read from.
    ended: Option<Status>,
    /// A command that gets what is written, once it is closed.
    feeds: Option<Vec<u8>>,
}

impl OpenFile {
    pub fn of(handle: Handle) -> Self {
        Self { handle: Some(handle), ahead: Vec::new(), at: 0, ended: None, feeds: None }
    }

    fn rest(&self) -> &[u8] {
        &self.ahead[self.at..]
    }
}

impl Session<'_, '_, '_> {
    pub fn register(&mut self, file: OpenFile) -> Value {
        self.files.push(file);
        Value::File(u32::try_from(self.files.len() - 1).expect("files cost steps"))
    }

    /// What a standard stream's file writes to from now on.
    pub fn redirect(&mut self, fd: u32, handle: Handle) {
        if let Some(file) = self.files[..3].get_mut(fd as usize).filter(|file| file.handle.is_some()) {
            file.handle = Some(handle);
        }
    }

    fn open_file(&mut self, args: &Args<'_>) -> Result<usize, Raise> {
        let number = args.file(0)? as usize;
        match self.files.get(number) {
            Some(OpenFile { handle: Some(_), .. }) => Ok(number),
            _ => Err(Raise::new("attempt to use a closed file")),
        }
    }

    fn handle_of(&self, file: usize) -> Handle {
        self.files[file].handle.clone().unwrap_or_else(Handle::closed)
    }

    /// Reads on where nothing is left over.
    fn fill(&mut self, file: usize) -> Result<(), Errno> {
        if self.files[file].rest().is_empty() {
            let handle = self.handle_of(file);
            let bytes = handle.read_to_end(self.process.stage)?;
            self.files[file].ahead = bytes;
            self.files[file].at = 0;
        }
        Ok(())
    }

    /// Forgets what was read ahead, and stands where its reader thought to be.
    fn sync(&mut self, file: usize) {
        let ahead = self.files[file].rest().len() as u64;
        if ahead > 0 {
            let handle = self.handle_of(file);
            let _ = handle.seek(self.process.stage, |at, _| at.saturating_sub(ahead));
        }
        self.files[file].ahead = Vec::new();
        self.files[file].at = 0;
    }

    /// Closes what a chunk left open; programs that were written to get their input.
    pub fn close_all(&mut self) {
        for file in 0..self.files.len() {
            self.shut(file);
        }
    }

    fn shut(&mut self, file: usize) -> Option<Status> {
        let handle = self.files[file].handle.take()?;
        self.files[file].ahead = Vec::new();
        if let Some(command) = self.files[file].feeds.take() {
            let input = Handle::reading(handle.take());
            let mut child = self.process.child(vec![b"/bin/sh".to_vec(), b"-c".to_vec(), command]);
            child.descriptors.insert(0, input);
            self.files[file].ended = Some(child.execute());
        }
        self.files[file].ended
    }
}

/// Lua's `r`, `w`, `a`, each with `+` and `b`.
pub(super) fn mode(text: &[u8]) -> Option<Mode> {
    let (kind, rest) = text.split_first()?;
    let (update, rest) = match rest.split_first() {
        Some((b'+', rest)) => (true, rest),
        _ => (false, rest),
    };
    if !rest.iter().all(|&b| b == b'b') {
        return None;
    }
    let mode = match kind {
        b'r' => Mode::READ,
        b'w' => Mode::WRITE,
        b'a' => Mode::APPEND,
        _ => return None,
    };
    Some(Mode { read: mode.read || update, write: mode.write || update, ..mode })
}

fn open(session: &mut Session<'_, '_, '_>, args: &Args<'_>) -> Answer {
    let path = args.text(0)?;
    let given = args.opt_text(1)?.unwrap_or_else(|| b"r".to_vec());
    let Some(mode) = mode(&given) else { return Err(args.bad(1, "invalid mode")) };
    match session.process.open(&path, mode) {
        Ok(handle) => Ok(vec![session.register(OpenFile::of(handle))]),
        Err(errno) => integers(session.failed(errno, Some(&path))),
    }
}

/// The error numbers of Lua's own libraries are integers.
pub(super) fn integers(answer: Answer) -> Answer {
    answer.map(|mut values| {
        for value in &mut values {
            if let Value::Num(n) = value {
                *value = Value::Int(*n as i64);
            }
        }
        values
    })
}

fn popen(session: &mut Session<'_, '_, '_>, args: &Args<'_>) -> Answer {
    let command = args.text(0)?;
    let mode = args.opt_text(1)?.unwrap_or_else(|| b"r".to_vec());
    let file = match mode.as_slice() {
        b"r" => {
            let stdin = session.process.handle(0);
            let shell = vec![b"/bin/sh".to_vec(), b"-c".to_vec(), command];
            let (status, out) = session.process.capture(shell, stdin);
            OpenFile { ended: Some(status), ..OpenFile::of(Handle::reading(out)) }
        }
        b"w" => OpenFile { feeds: Some(command), ..OpenFile::of(Handle::collecting()) },
        _ => return Err(args.bad(1, "invalid mode")),
    };
    Ok(vec![session.register(file)])
}

/// A file that has no name any more.
fn tmpfile(session: &mut Session<'_, '_, '_>, _: &Args<'_>) -> Answer {
    let name = format!("/tmp/tmpf{:06}", session.process.stage.next_serial()).into_bytes();
    let mode = Mode { read: true, exclusive: true, ..Mode::WRITE };
    match session.process.open(&name, mode) {
        Ok(handle) => {
            let _ = session.process.unlink(&name);
            Ok(vec![session.register(OpenFile::of(handle))])
        }
        Err(errno) => integers(session.failed(errno, None)),
    }
}

/// What one format of `read` takes: the bytes, or nothing at the end.
fn take(session: &mut Session<'_, '_, '_>, file: usize, args: &Args<'_>, i: usize) -> Result<Option<Value>, Raise> {
    let ahead = |session: &mut Session<'_, '_, '_>| -> Result<(), Raise> { session.fill(file).map_err(Raise::new) };
    ahead(session)?;
    let open = &mut session.files[file];
    if let Value::Int(_) | Value::Num(_) = args.get(i) {
        let most = usize::try_from(args.int(i)?).unwrap_or(0);
        let rest = open.rest();
        if rest.is_empty() {
            return Ok(None);
        }
        let bytes = rest[..most.min(rest.len())].to_vec();
        open.at += bytes.len();
        return Ok(Some(bytes.into()));
    }
    let format = args.text(i)?;
    let rest = open.rest();
    match format.strip_prefix(b"*").unwrap_or(&format).first() {
        Some(b'a') => {
            let bytes = rest.to_vec();
            open.at = open.ahead.len();
            Ok(Some(bytes.into()))
        }
        Some(kind @ (b'l' | b'L')) => {
            if rest.is_empty() {
                return Ok(None);
            }
            let end = rest.iter().position(|&b| b == b'\n');
            let line = end.map_or(rest, |n| if *kind == b'L' { &rest[..=n] } else { &rest[..n] }).to_vec();
            open.at += end.map_or(rest.len(), |n| n + 1);
            Ok(Some(line.into()))
        }
        Some(b'n') => {
            let (value, used) = numeral(rest);
            open.at += used;
            Ok(value)
        }
        _ => Err(args.bad(i, "invalid format")),
    }
}

/// A number at the start, blanks before it skipped: decimal or hexadecimal, as Lua reads one, and the bytes it takes.
fn numeral(text: &[u8]) -> (Option<Value>, usize) {
    let blanks = text.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let rest = &text[blanks..];
    let mut n = usize::from(matches!(rest.first(), Some(b'+' | b'-')));
    let hex = rest[n..].len() > 1 && rest[n] == b'0' && rest[n + 1] | 0x20 == b'x';
    n += if hex { 2 } else { 0 };
    let digits = |from: usize| {
        let is = |b: &&u8| if hex { b.is_ascii_hexdigit() } else { b.is_ascii_digit() };
        rest[from..].iter().take(200).take_while(is).count()
    };
    let whole = digits(n);
    n += whole;
    if hex {
        let value = std::str::from_utf8(&rest[n - whole..n]).ok().and_then(|d| i64::from_str_radix(d, 16).ok());
        let sign = if rest.first() == Some(&b'-') { -1 } else { 1 };
        return (value.map(|v| Value::Int(sign * v)), blanks + n);
    }
    let mut float = false;
    if rest.get(n) == Some(&b'.') {
        float = true;
        n += 1 + digits(n + 1);
    }
    if rest.get(n).is_some_and(|b| b | 0x20 == b'e') && n > 0 {
        let sign = usize::from(matches!(rest.get(n + 1), Some(b'+' | b'-')));
        let exponent = digits(n + 1 + sign);
        if exponent > 0 {
            float = true;
            n += 1 + sign + exponent;
        }
    }
    let text = String::from_utf8_lossy(&rest[..n]);
    let text = text.strip_prefix('+').unwrap_or(&text);
    let value = match (float, text.parse::<i64>()) {
        (false, Ok(n)) => Some(Value::Int(n)),
        _ => text.parse::<f64>().ok().map(Value::Num),
    };
    (value, blanks + n)
}

fn read(session: &mut Session<'_, '_, '_>, args: &Args<'_>) -> Answer {
    let file = session.open_file(args)?;
    if let Err(errno) = session.fill(file) {
        return integers(session.failed(errno, None));
    }
    if args.values.len() < 2 {
        let line = [args.get(0).clone(), "l".into()];
        let line = Args { name: args.name, values: &line };
        return Ok(vec![take(session, file, &line, 1)?.unwrap_or(Value::Nil)]);
    }
    let mut out = Vec::new();
    for i in 1..args.values.len() {
        match take(session, file, args, i)? {
            Some(value) => out.push(value),
            None => {
                out.push(Value::Nil);
                break;
            }
        }
    }
    Ok(out)
}

fn write(session: &mut Session<'_, '_, '_>, args: &Args<'_>) -> Answer {
    let file = session.open_file(args)?;
    session.sync(file);
    for i in 1..args.values.len() {
        let bytes = match args.get(i) {
            Value::Num(n) => number(*n).into_bytes(),
            _ => args.text(i)?,
        };
        let handle = session.handle_of(file);
        if let Err(errno) = handle.write(session.process.stage, &bytes) {
            return integers(session.failed(errno, None));
        }
    }
    Ok(vec![args.get(0).clone()])
}

fn seek(session: &mut Session<'_, '_, '_>, args: &Args<'_>) -> Answer {
    let file = session.open_file(args)?;
    let whence = args.opt_text(1)?.unwrap_or_else(|| b"cur".to_vec());
    let offset = args.opt_int(2)?.unwrap_or(0);
    session.sync(file);
    let from = match whence.as_slice() {
        b"set" => |_: u64, _: u64| 0,
        b"cur" => |at: u64, _: u64| at,
        b"end" => |_: u64, size: u64| size,
        _ => return Err(args.bad(1, format_args!("invalid option '{}'", String::from_utf8_lossy(&whence)))),
    };
    let handle = session.handle_of(file);
    let bad = std::cell::Cell::new(false);
    let moved = handle.seek(session.process.stage, |at, size| {
        let to = from(at, size).checked_add_signed(offset);
        bad.set(to.is_none());
        to.unwrap_or(at)
    });
    match moved {
        Ok(_) if bad.get() => integers(session.failed(Errno::Invalid, None)),
        Ok(at) => Ok(vec![Value::Int(i64::try_from(at).unwrap_or(i64::MAX))]),
        Err(errno) => integers(session.failed(errno, None)),
    }
}

fn close(session: &mut Session<'_, '_, '_>, args: &Args<'_>) -> Answer {
    let file = session.open_file(args)?;
    Ok(match session.shut(file) {
        Some(status) => exit(status),
        None => vec![Value::Bool(true)],
    })
}

/// How Lua tells a program's end.
pub(super) fn exit(status: Status) -> Vec<Value> {
    let success = if status.success() { Value::Bool(true) } else { Value::Nil };
    vec![success, "exit".into(), Value::Int(status.0.into())]
}

/// Whether a file is open.
fn status(session: &mut Session<'_, '_, '_>, args: &Args<'_>) -> Answer {
    let file = args.file(0)? as usize;
    Ok(vec![Value::Bool(session.files.get(file).is_some_and(|f| f.handle.is_some()))])
}

/// A whole file by its name, for `loadfile` and `require`.
fn slurp(session: &mut Session<'_, '_, '_>, args: &Args<'_>) -> Answer {
    let path = args.text(0)?;
    match session.process.read_file(&path) {
        Ok(bytes) => Ok(vec![bytes.into()]),
        Err(errno) => session.failed(errno, Some(&path)),
    }
}
