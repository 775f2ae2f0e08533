//! Files as one stream of lines, or each by itself.

use std::collections::VecDeque;

use super::super::stream::text;
use crate::effects::process::{Errno, Handle, Mode, Process};

/// A file being read.
#[derive(Debug)]
pub(super) struct Source {
    pub name: Vec<u8>,
    bytes: Vec<u8>,
    at: usize,
    handle: Handle,
}

impl Source {
    fn is_done(&self) -> bool {
        self.at >= self.bytes.len()
    }
}

/// What happened on the way to a line.
#[derive(Debug)]
pub(super) enum Turn {
    /// A line, and whether its delimiter was there.
    Line(Vec<u8>, bool),
    /// A file begins; for `-i` and `-s`.
    Begin,
    /// A file ended.
    End(Vec<u8>),
    /// There is nothing more.
    Done,
}

/// All input.
#[derive(Debug)]
pub(super) struct Input {
    names: VecDeque<Vec<u8>>,
    current: Option<Source>,
    /// Opened already to see whether the last line was one.
    next: Option<Source>,
    separate: bool,
    in_place: bool,
    delimiter: u8,
    /// The line's number.
    pub line: u64,
    /// 2 when a file was missing, 4 when one could not be used.
    pub status: u8,
}

impl Input {
    pub fn new(files: Vec<Vec<u8>>, separate: bool, in_place: bool, delimiter: u8) -> Self {
        let names = if files.is_empty() { VecDeque::from([b"-".to_vec()]) } else { files.into() };
        Self { names, current: None, next: None, separate, in_place, delimiter, line: 0, status: 0 }
    }

    /// The file the line is from.
    pub fn name(&self) -> &[u8] {
        self.current.as_ref().map_or(b"-", |s| &s.name)
    }

    /// Goes on to the next line, or to what comes between files.
    pub fn turn(&mut self, process: &mut Process<'_, '_>) -> Turn {
        if let Some(source) = &mut self.current {
            if !source.is_done() {
                let (line, whole) = take_line(source, self.delimiter);
                self.line += 1;
                return Turn::Line(line, whole);
            }
            let name = source.name.clone();
            self.current = None;
            return Turn::End(name);
        }
        self.current = self.next.take().or_else(|| self.open_next(process));
        match &self.current {
            None => Turn::Done,
            Some(_) => {
                if self.separate {
                    self.line = 0;
                }
                Turn::Begin
            }
        }
    }

    /// Whether no line follows: in this file, or in any.
    pub fn is_last(&mut self, process: &mut Process<'_, '_>) -> bool {
        match &self.current {
            Some(source) if !source.is_done() => return false,
            Some(_) if self.separate => return true,
            _ => {}
        }
        while self.next.as_ref().is_none_or(Source::is_done) {
            self.next = self.open_next(process);
            if self.next.is_none() {
                return true;
            }
        }
        false
    }

    /// Whether nothing at all follows, in this file or any other.
    pub fn is_end(&mut self, process: &mut Process<'_, '_>) -> bool {
        if self.current.as_ref().is_some_and(|s| !s.is_done()) {
            return false;
        }
        if self.separate && !self.names.is_empty() {
            return false;
        }
        self.is_last(process)
    }

    /// What was not read goes back, for whoever shares the open file.
    pub fn give_back(&mut self, process: &mut Process<'_, '_>) {
        if let Some(source) = self.current.take() {
            let left = (source.bytes.len() - source.at) as u64;
            let _ = source.handle.seek(process.stage, |at, _| at.saturating_sub(left));
        }
    }

    fn open_next(&mut self, process: &mut Process<'_, '_>) -> Option<Source> {
        while let Some(name) = self.names.pop_front() {
            match self.open(process, &name) {
                Ok(source) => return Some(source),
                Err(Errno::Stopped) => return None,
                Err(error) => {
                    // A file without lines is a failure of reading; one that is not there is only passed over.
                    let (status, what) = match error {
                        _ if self.in_place && error != Errno::NoEntry => (4, "couldn't edit"),
                        Errno::IsDirectory | Errno::Io => (4, "read error on"),
                        _ => (2, "can't read"),
                    };
                    self.status = status;
                    process.fail(format_args!("{what} {}: {error}", text(&name)));
                    if status == 4 && !self.in_place {
                        self.names.clear();
                    }
                }
            }
        }
        None
    }

    fn open(&self, process: &mut Process<'_, '_>, name: &[u8]) -> Result<Source, Errno> {
        let is_stdin = name == b"-" && !self.in_place;
        if self.in_place && !process.stat(name)?.is_file() {
            return Err(Errno::Invalid);
        }
        let handle = if is_stdin { process.handle(0) } else { process.open(name, Mode::READ)? };
        let bytes = handle.read_to_end(process.stage)?;
        Ok(Source { name: name.to_vec(), bytes, at: 0, handle })
    }
}

fn take_line(source: &mut Source, delimiter: u8) -> (Vec<u8>, bool) {
    let rest = &source.bytes[source.at..];
    let end = rest.iter().position(|&b| b == delimiter);
    let line = rest[..end.unwrap_or(rest.len())].to_vec();
    source.at += line.len() + usize::from(end.is_some());
    (line, end.is_some())
}
