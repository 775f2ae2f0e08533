//! Files and commands that are read and written.

use std::collections::BTreeMap;

use super::{
    super::stream,
    machine::{Machine, Stop},
    tree::{self, Way},
    value::Value,
};
use crate::effects::process::{Errno, Handle, Mode, Status};

/// Something being read, by records.
#[derive(Debug, Default)]
pub(super) struct Reader {
    bytes: Vec<u8>,
    at: usize,
    /// What a command ended with.
    status: Status,
}

impl Reader {
    fn new(bytes: Vec<u8>, status: Status) -> Self {
        Self { bytes, at: 0, status }
    }
}

/// Something being written.
#[derive(Debug)]
pub(super) struct Writer {
    handle: Handle,
    /// The command that reads it, once it is closed.
    command: Option<Vec<u8>>,
}

/// All streams, by name.
#[derive(Debug, Default)]
pub(super) struct Streams {
    readers: BTreeMap<(bool, Vec<u8>), Reader>,
    writers: BTreeMap<Vec<u8>, Writer>,
    /// Names of writers, in the order they were opened.
    order: Vec<Vec<u8>>,
    main: Option<Reader>,
    /// Which operand is next.
    next: usize,
    /// Whether any operand was a file.
    had_file: bool,
}

/// A record, and what ended it.
type Taken = (Vec<u8>, Vec<u8>);

/// Streams open at once.
const MOST: usize = 1000;

impl Default for Status {
    fn default() -> Self {
        Self::SUCCESS
    }
}

impl Machine<'_, '_, '_> {
    /// The next record of a reader, and what ended it.
    fn take_record(&mut self, reader: &mut Reader) -> Result<Option<Taken>, Stop> {
        if reader.at >= reader.bytes.len() {
            return Ok(None);
        }
        let separator = self.special(tree::RS);
        let rest = &reader.bytes[reader.at..];
        let (start, end, next) = match &*separator {
            b"" => {
                let start = rest.iter().take_while(|b| **b == b'\n').count();
                if start == rest.len() {
                    reader.at = reader.bytes.len();
                    return Ok(None);
                }
                let end = rest[start..].windows(2).position(|w| w == b"\n\n").map(|n| n + start);
                let end = end.unwrap_or(rest.len() - usize::from(rest.ends_with(b"\n")));
                (start, end, end + rest[end..].iter().take_while(|b| **b == b'\n').count())
            }
            [byte] => {
                let end = rest.iter().position(|b| b == byte);
                (0, end.unwrap_or(rest.len()), end.map_or(rest.len(), |n| n + 1))
            }
            _ => {
                let pattern = self.compiled(&separator)?;
                match pattern.find_at(rest, 0, &mut self.process.stage.budget).filter(|(low, high)| low < high) {
                    Some((low, high)) => (0, low, high),
                    None => (0, rest.len(), rest.len()),
                }
            }
        };
        let (record, ended) = (rest[start..end].to_vec(), rest[end..next].to_vec());
        reader.at += next;
        self.process.stage.budget.steps(1 + record.len() as u64 / 256).then_some(()).ok_or(Stop::Exhausted)?;
        Ok(Some((record, ended)))
    }

    /// The next record of the program's input: its operands, one after another, or standard input.
    pub(super) fn main_record(&mut self) -> Result<Option<Vec<u8>>, Stop> {
        loop {
            if let Some(mut reader) = self.streams.main.take()
                && let Some((record, ended)) = self.take_record(&mut reader)?
            {
                self.streams.main = Some(reader);
                self.set_special(tree::RT, Value::text(&ended));
                self.count_up(tree::NR);
                self.count_up(tree::FNR);
                return Ok(Some(record));
            }
            if !self.open_next()? {
                return Ok(None);
            }
        }
    }

    /// `nextfile`
    pub(super) fn skip_file(&mut self) {
        self.streams.main = None;
    }

    pub(super) fn count_up(&mut self, place: usize) {
        let value = match &self.globals[place] {
            super::cells::Cell::Scalar(value) => value.number(),
            _ => 0.0,
        };
        self.set_special(place, Value::Number(value + 1.0));
    }

    /// Opens the next operand, assigning where it says so; false when there is none.
    fn open_next(&mut self) -> Result<bool, Stop> {
        loop {
            self.streams.next += 1;
            let count = self.special(tree::ARGC);
            let next = self.streams.next;
            if next as f64 >= Value::Text(count).number() {
                if self.streams.had_file {
                    return Ok(false);
                }
                self.streams.had_file = true;
                self.set_special(tree::FNR, Value::Number(0.0));
                let bytes = self.process.input();
                self.streams.main = Some(Reader::new(bytes, Status::SUCCESS));
                return Ok(true);
            }
            let argument = self.argument(next);
            if argument.is_empty() || self.assign_argument(&argument) {
                continue;
            }
            self.streams.had_file = true;
            match stream::read(self.process, &argument) {
                Ok(bytes) => {
                    self.set_special(tree::FILENAME, Value::input(if argument == b"-" { b"" } else { &argument }));
                    self.set_special(tree::FNR, Value::Number(0.0));
                    self.streams.main = Some(Reader::new(bytes, Status::SUCCESS));
                    return Ok(true);
                }
                Err(Errno::Stopped) => return Err(Stop::Exhausted),
                Err(Errno::IsDirectory) => {
                    let text =
                        format!("warning: command line argument `{}' is a directory: skipped", stream::text(&argument));
                    self.process.fail(text);
                }
                Err(error) => {
                    let text = format!("cannot open file `{}' for reading: {error}", stream::text(&argument));
                    return Err(self.fatal(&text));
                }
            }
        }
    }

    /// `ARGV[n]`, as it is now.
    fn argument(&mut self, number: usize) -> Vec<u8> {
        let Ok(array) = self.array(tree::Place::Global(tree::ARGV)) else { return Vec::new() };
        let value = array.borrow().get(number.to_string().as_bytes()).cloned().unwrap_or_default();
        self.bytes(&value).to_vec()
    }

    /// A record of a file or a command: 1, with the record; 0 at its end; -1 when it cannot be read.
    pub(super) fn other_record(&mut self, name: &[u8], is_command: bool) -> Result<(f64, Vec<u8>), Stop> {
        let key = (is_command, name.to_vec());
        if !self.streams.readers.contains_key(&key) {
            if self.streams.readers.len() >= MOST {
                return Ok((-1.0, Vec::new()));
            }
            let reader = if is_command {
                let stdin = self.process.handle(0);
                let (status, bytes) = self.outside(|m| m.process.capture(shell(name), stdin));
                Reader::new(bytes, status)
            } else {
                match stream::read(self.process, name) {
                    Ok(bytes) => Reader::new(bytes, Status::SUCCESS),
                    Err(_) => return Ok((-1.0, Vec::new())),
                }
            };
            self.streams.readers.insert(key.clone(), reader);
        }
        let mut reader = std::mem::take(self.streams.readers.get_mut(&key).expect("it was just put there"));
        let record = self.take_record(&mut reader);
        self.streams.readers.insert(key, reader);
        Ok(match record? {
            Some((record, ended)) => {
                self.set_special(tree::RT, Value::text(&ended));
                (1.0, record)
            }
            None => (0.0, Vec::new()),
        })
    }

    /// Writes to standard output, or where `print` says.
    pub(super) fn write(&mut self, bytes: &[u8], to: Option<(Way, Vec<u8>)>) -> Result<(), Stop> {
        let Some((way, name)) = to else {
            self.process.out(bytes);
            return if self.process.stage.budget.exhausted().is_some() { Err(Stop::Exhausted) } else { Ok(()) };
        };
        if !self.streams.writers.contains_key(&name) {
            if self.streams.writers.len() >= MOST {
                return Err(self.fatal("too many open files"));
            }
            let writer = match way {
                Way::Pipe => Writer { handle: Handle::collecting(), command: Some(name.clone()) },
                _ if name == b"-" => Writer { handle: self.process.handle(1), command: None },
                _ => {
                    let mode = if way == Way::Append { Mode::APPEND } else { Mode::WRITE };
                    match self.process.open(&name, mode) {
                        Ok(handle) => Writer { handle, command: None },
                        Err(error) => {
                            let text = format!("cannot redirect to `{}': {error}", stream::text(&name));
                            return Err(self.fatal(&text));
                        }
                    }
                }
            };
            self.streams.writers.insert(name.clone(), writer);
            self.streams.order.push(name.clone());
        }
        let handle = self.streams.writers[&name].handle.clone();
        match handle.write(self.process.stage, bytes) {
            Err(Errno::Stopped) => Err(Stop::Exhausted),
            _ => Ok(()),
        }
    }

    /// `close`: a command's status, 0 for a file, -1 for what is not open.
    pub(super) fn close(&mut self, name: &[u8]) -> f64 {
        let mut result = -1.0;
        if self.streams.readers.remove(&(false, name.to_vec())).is_some() {
            result = 0.0;
        }
        if let Some(reader) = self.streams.readers.remove(&(true, name.to_vec())) {
            result = f64::from(reader.status.0);
        }
        if let Some(writer) = self.streams.writers.remove(name) {
            self.streams.order.retain(|n| n != name);
            result = f64::from(self.finish(&writer).0);
        }
        result
    }

    /// Gives a command what was written for it.
    fn finish(&mut self, writer: &Writer) -> Status {
        let Some(command) = &writer.command else { return Status::SUCCESS };
        let input = Handle::reading(writer.handle.take());
        self.outside(|m| {
            let mut child = m.process.child(shell(command));
            child.descriptors.insert(0, input);
            child.execute()
        })
    }

    /// `system`
    pub(super) fn system(&mut self, command: &[u8]) -> f64 {
        f64::from(self.outside(|m| m.process.run(shell(command))).0)
    }

    pub(super) fn close_all(&mut self) {
        for name in std::mem::take(&mut self.streams.order) {
            if let Some(writer) = self.streams.writers.remove(&name) {
                self.finish(&writer);
            }
        }
    }
}

fn shell(command: &[u8]) -> Vec<Vec<u8>> {
    vec![b"/bin/sh".to_vec(), b"-c".to_vec(), command.to_vec()]
}
