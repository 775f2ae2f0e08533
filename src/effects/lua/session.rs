//! One run of a chunk: the process behind it, its open files, and what its calls answered.
//!
//! `fork` wants a second Lua state that stands where the first one does, and a Lua state cannot be copied. So every call's
//! answer is kept: the child is the chunk run again from its start, given the same answers without anything being done, up to
//! the `fork`, which now answers 0. From there its calls are its own. Chunks are deterministic (see `sandbox.lua`), so it
//! arrives where its parent was.

use std::{borrow::Cow, rc::Rc};

use super::{
    files::OpenFile,
    macros::Macros,
    value::{Answer, Args, Raise, Value},
};
use crate::effects::process::{Errno, Process, Status};

/// Bytes of answers that are kept. After more, `fork` fails.
const KEPT: usize = 64 << 20;

/// Steps of a call, beside those of what it does.
const STEPS: u64 = 3;

/// A call: what the process does, given arguments.
pub(super) type Call = fn(&mut Session<'_, '_, '_>, &Args<'_>) -> Answer;
/// Calls by their names in Lua (`posix.mkdir`).
pub(super) type Calls = &'static [(&'static str, Call)];

/// A call that was answered.
#[derive(Debug)]
pub(super) struct Answered {
    pub name: &'static str,
    pub answer: Answer,
}

/// What happened so far, and how much of it is to be given again.
#[derive(Clone, Debug, Default)]
pub(super) struct Journal {
    pub past: Vec<Rc<Answered>>,
    at: usize,
    size: usize,
}

impl Journal {
    /// To be given again.
    pub fn again(past: Vec<Rc<Answered>>) -> Self {
        Self { past, at: 0, size: 0 }
    }

    /// Whether everything that happened is in it.
    pub fn is_whole(&self) -> bool {
        self.size <= KEPT
    }

    fn keep(&mut self, name: &'static str, answer: &Answer) {
        self.size += match answer {
            Ok(values) => 64 + values.iter().map(Value::size).sum::<usize>(),
            Err(Raise(message)) => 64 + message.len(),
        };
        if self.is_whole() {
            self.past.push(Rc::new(Answered { name, answer: answer.clone() }));
            self.at = self.past.len();
        } else {
            self.past.clear();
            self.at = 0;
        }
    }
}

/// What the calls of a chunk act upon.
pub(super) struct Session<'s, 'p, 'a> {
    pub process: &'s mut Process<'p, 'a>,
    pub source: &'s str,
    pub files: Vec<OpenFile>,
    pub journal: Journal,
    /// Forks around this one; 0 in the scriptlet itself.
    pub forks: u32,
    /// Children nobody waited for.
    pub children: Vec<i64>,
    /// How it ended before its chunk did: `exec`, `os.exit`.
    pub ended: Option<Status>,
    /// The last error, for `posix.errno`.
    pub errno: Option<Failure>,
    pub macros: Option<Macros>,
}

impl<'s, 'p, 'a> Session<'s, 'p, 'a> {
    /// A scriptlet's own.
    pub fn new(process: &'s mut Process<'p, 'a>, source: &'s str) -> Self {
        let files = (0..3).map(|fd| OpenFile::of(process.handle(fd))).collect();
        Self {
            process,
            source,
            files,
            journal: Journal::default(),
            forks: 0,
            children: Vec::new(),
            ended: None,
            errno: None,
            macros: None,
        }
    }

    /// Answers a call: again, or by doing it.
    pub fn answer(&mut self, name: &'static str, call: Call, values: &[Value]) -> Answer {
        if self.ended.is_some() || !self.process.stage.budget.steps(STEPS) {
            return Err(Raise::new("stopped"));
        }
        if let Some(answered) = self.journal.past.get(self.journal.at) {
            let answered = Rc::clone(answered);
            self.journal.at += 1;
            if answered.name != name {
                return Err(Raise::new("fork: the child does not come where its parent was"));
            }
            return answered.answer.clone();
        }
        let short = name.rsplit('.').next().unwrap_or(name);
        let answer = call(self, &Args { name: short, values });
        self.journal.keep(name, &answer);
        answer
    }

    /// Ends the chunk, now.
    pub fn end(&mut self, status: Status) -> Answer {
        self.ended = Some(status);
        Err(Raise::new("ended"))
    }

    /// `nil`, the message, its number, which `posix.errno` remembers. Numbers are floats, as `lua_pushnumber` makes them.
    pub fn failed(&mut self, failure: impl Into<Failure>, what: Option<&[u8]>) -> Answer {
        let failure: Failure = failure.into();
        let text = match what {
            Some(what) => [what, b": ", failure.text.as_bytes()].concat(),
            None => failure.text.as_bytes().to_vec(),
        };
        let number = Value::Num(f64::from(failure.number));
        self.errno = Some(failure);
        Ok(vec![Value::Nil, text.into(), number])
    }

    /// 0, or what [`Session::failed`] gives.
    pub fn result(&mut self, result: Result<(), Errno>, what: Option<&[u8]>) -> Answer {
        match result {
            Ok(()) => Ok(vec![Value::Num(0.0)]),
            Err(errno) => self.failed(errno, what),
        }
    }
}

/// Why a call failed, where [`Errno`] has no name for it too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub text: Cow<'static, str>,
    pub number: i32,
}

impl Failure {
    pub const NO_PROCESS: Self = Self { text: Cow::Borrowed("No such process"), number: 3 };
    pub const NO_CHILD: Self = Self { text: Cow::Borrowed("No child processes"), number: 10 };
    pub const NO_MEMORY: Self = Self { text: Cow::Borrowed("Cannot allocate memory"), number: 12 };
}

impl From<Errno> for Failure {
    fn from(errno: Errno) -> Self {
        Self { text: errno.to_string().into(), number: errno.number() }
    }
}
