//! Rules over records.

use std::{collections::BTreeMap, rc::Rc};

use super::{
    super::pattern::Pattern,
    FATAL,
    arrays::Table,
    cells::Cell,
    lexer::unescape,
    record::Record,
    streams::Streams,
    tree::{self, Place, Program, Rule, When},
    value::Value,
};
use crate::effects::process::{Process, Status};

/// So many levels of a program have room where one of the shell's has.
const SHARE: usize = 2;

/// Why the ordinary course ends.
#[derive(Debug)]
pub(super) enum Stop {
    Break,
    Continue,
    Next,
    NextFile,
    Return(Value),
    Exit,
    /// Told already.
    Fatal,
    /// There is nothing left of the budget.
    Exhausted,
}

pub(super) struct Machine<'i, 'p, 'a> {
    pub process: &'i mut Process<'p, 'a>,
    pub program: &'i Program,
    pub globals: Vec<Cell>,
    /// Parameters of all functions that run; those of the innermost start at `frame`.
    pub locals: Vec<Cell>,
    pub frame: usize,
    /// Expressions, statements and calls inside one another.
    pub depth: usize,
    /// How deep that may be.
    deepest: usize,
    pub record: Record,
    pub streams: Streams,
    pub patterns: BTreeMap<(Vec<u8>, bool), Rc<Pattern>>,
    /// Which ranges are open.
    ranges: Vec<bool>,
    pub status: Status,
    pub random: super::builtins::Random,
}

impl<'i, 'p, 'a> Machine<'i, 'p, 'a> {
    pub fn new(process: &'i mut Process<'p, 'a>, program: &'i Program, operands: &[Vec<u8>]) -> Self {
        let deepest = process.stage.budget.nesting_left() as usize * SHARE;
        let mut machine = Self {
            process,
            program,
            globals: vec![Cell::default(); program.globals.len()],
            locals: Vec::new(),
            frame: 0,
            depth: 0,
            deepest,
            record: Record::default(),
            streams: Streams::default(),
            patterns: BTreeMap::new(),
            ranges: vec![false; program.ranges],
            status: Status::SUCCESS,
            random: super::builtins::Random::default(),
        };
        machine.prepare(operands);
        machine
    }

    /// The special variables, as they are at the start.
    fn prepare(&mut self, operands: &[Vec<u8>]) {
        for (place, text) in [
            (tree::FS, &b" "[..]),
            (tree::OFS, b" "),
            (tree::ORS, b"\n"),
            (tree::RS, b"\n"),
            (tree::SUBSEP, b"\x1c"),
            (tree::CONVFMT, b"%.6g"),
            (tree::OFMT, b"%.6g"),
            (tree::FILENAME, b""),
        ] {
            self.set_special(place, Value::text(text));
        }
        for (place, value) in [
            (tree::NR, 0.0),
            (tree::FNR, 0.0),
            (tree::RSTART, 0.0),
            (tree::RLENGTH, -1.0),
            (tree::ARGC, operands.len() as f64 + 1.0),
        ] {
            self.set_special(place, Value::Number(value));
        }
        let arguments = [vec![b"awk".to_vec()], operands.to_vec()].concat();
        let argv = arguments.iter().enumerate().map(|(n, a)| (n.to_string().into_bytes(), Value::input(a)));
        let environment = self.process.env.iter().map(|(k, v)| (k.clone(), Value::input(v)));
        self.globals[tree::ENVIRON] = Cell::Array(Rc::new(environment.collect::<Table>().into()));
        self.globals[tree::ARGV] = Cell::Array(Rc::new(argv.collect::<Table>().into()));
        self.set_record(b"");
    }

    pub fn set_separator(&mut self, separator: &[u8]) {
        self.set_special(tree::FS, Value::text(separator));
    }

    /// `NAME=VALUE`; false for what is no such thing. A variable the program never names needs no place.
    pub fn assign_argument(&mut self, argument: &[u8]) -> bool {
        let Some(at) = argument.iter().position(|&b| b == b'=') else { return false };
        let (name, value) = (&argument[..at], &argument[at + 1..]);
        let is_name =
            name.iter().enumerate().all(|(n, b)| b.is_ascii_alphabetic() || *b == b'_' || n > 0 && b.is_ascii_digit());
        if name.is_empty() || !is_name {
            return false;
        }
        if let Some(place) = self.program.globals.iter().position(|g| g == name) {
            let value = Value::Input(unescape(value).into());
            let _ = self.set_variable(Place::Global(place), value);
        }
        true
    }

    /// One statement, expression or call deeper.
    pub fn descend(&mut self) -> Result<(), Stop> {
        self.depth += 1;
        if self.depth > self.deepest { Err(self.fatal("the program goes too deep")) } else { Ok(()) }
    }

    /// Runs something else, which stands on the same stack.
    pub fn outside<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let nesting = self.process.stage.budget.nesting();
        self.process.stage.budget.nest_again(nesting + (self.depth / SHARE) as u32);
        let result = run(self);
        self.process.stage.budget.nest_again(nesting);
        result
    }

    /// Tells what is wrong, and ends the program.
    pub fn fatal(&mut self, text: &str) -> Stop {
        self.process.fail(format_args!("cmd. line:1: fatal: {text}"));
        self.status = FATAL;
        Stop::Fatal
    }

    /// The whole program.
    pub fn run(mut self) -> Status {
        let ended = self.run_rules();
        let ended = match ended {
            Ok(()) | Err(Stop::Exit) => {
                let program = self.program;
                program.rules.iter().filter(|r| matches!(r.when, When::End)).try_for_each(|r| self.run_body(r))
            }
            other => other,
        };
        self.close_all();
        let exhausted = self.process.stage.budget.exhausted().is_some();
        match ended {
            Err(Stop::Exhausted) => Status::STOPPED,
            _ if exhausted => Status::STOPPED,
            _ => self.status,
        }
    }

    fn run_rules(&mut self) -> Result<(), Stop> {
        let rules = &self.program.rules;
        for rule in rules.iter().filter(|r| matches!(r.when, When::Begin)) {
            self.run_body(rule)?;
        }
        if rules.iter().all(|r| matches!(r.when, When::Begin)) {
            return Ok(());
        }
        while let Some(record) = self.main_record()? {
            self.set_record(&record);
            match self.run_record() {
                Ok(()) | Err(Stop::Next) => {}
                Err(Stop::NextFile) => self.skip_file(),
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    fn run_record(&mut self) -> Result<(), Stop> {
        let rules = &self.program.rules;
        for rule in rules {
            if self.applies(rule)? {
                self.run_body(rule)?;
            }
        }
        Ok(())
    }

    fn applies(&mut self, rule: &'i Rule) -> Result<bool, Stop> {
        match &rule.when {
            When::Begin | When::End => Ok(false),
            When::Always => Ok(true),
            When::If(condition) => self.is_true(condition),
            When::Range(bounds, number) => {
                if !self.ranges[*number] && !self.is_true(&bounds[0])? {
                    return Ok(false);
                }
                self.ranges[*number] = !self.is_true(&bounds[1])?;
                Ok(true)
            }
        }
    }

    fn run_body(&mut self, rule: &'i Rule) -> Result<(), Stop> {
        match &rule.body {
            Some(body) => self.statements(body),
            None => {
                let text = self.record_text();
                let end = self.special(tree::ORS);
                self.write(&[&text[..], &end].concat(), None)
            }
        }
    }
}
