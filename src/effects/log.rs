//! What a scriptlet met on its way: the material of its report.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

/// A program that is in the image but not in drydock.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unknown {
    /// As the scriptlet called it.
    pub program: String,
    /// Line of the scriptlet, counted from 1; 0 where it has none.
    pub line: usize,
}

/// What is noted while a scriptlet runs.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// The line being run, kept by the shell and by Lua.
    pub line: usize,
    /// Programs nobody knows here. Each ended with 127.
    pub unknown: BTreeSet<Unknown>,
    /// Programs that change nothing in an image, and why.
    pub without_effect: BTreeMap<String, &'static str>,
    /// Programs of ours that did something, or might have; shells are not among them.
    pub ran: BTreeSet<String>,
}

impl Log {
    /// Notes a program nobody knows.
    pub fn unknown(&mut self, program: &[u8]) {
        let program = String::from_utf8_lossy(&program[..program.len().min(200)]).into_owned();
        self.unknown.insert(Unknown { program, line: self.line });
    }
}
