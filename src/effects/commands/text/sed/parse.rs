//! Reading a script.

use std::{collections::BTreeMap, rc::Rc};

use super::{
    super::pattern::{Pattern, Syntax},
    Settings, escapes,
    fault::{ScriptError, ScriptFault},
    script::{Action, Command, Expression, Script},
};

/// Bytes of a script, and commands in it.
const LONGEST: usize = 1 << 20;

pub(super) struct Parser<'s> {
    pub(super) source: &'s [u8],
    pub(super) at: usize,
    pub(super) settings: &'s Settings,
    pub(super) script: Script,
    pub(super) blocks: Vec<usize>,
    pub(super) labels: BTreeMap<Vec<u8>, usize>,
    pub(super) jumps: Vec<(usize, Vec<u8>)>,
}

pub(super) fn parse(source: &[u8], settings: &Settings) -> Result<Script, ScriptError> {
    let mut parser = Parser {
        source,
        at: 0,
        settings,
        script: Script::default(),
        blocks: Vec::new(),
        labels: BTreeMap::new(),
        jumps: Vec::new(),
    };
    if source.len() > LONGEST {
        return Err(parser.error(ScriptFault::TooLong));
    }
    while parser.command()? {}
    parser.finish()
}

impl Parser<'_> {
    pub(super) fn error(&self, fault: ScriptFault) -> ScriptError {
        ScriptError { at: self.at, fault }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.source.get(self.at).copied()
    }

    pub(super) fn skip_blanks(&mut self) {
        while self.peek().is_some_and(|b| b != b'\n' && b.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let start = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        let text = std::str::from_utf8(&self.source[start..self.at]).expect("digits are text");
        (!text.is_empty()).then(|| text.parse().unwrap_or(u64::MAX))
    }

    /// Compiles an expression; an empty one is the last used.
    pub(super) fn expression(
        &self,
        source: &[u8],
        ignore_case: bool,
        multiline: bool,
    ) -> Result<Expression, ScriptError> {
        if source.is_empty() {
            return Ok(None);
        }
        let base = if self.settings.extended { Syntax::EXTENDED } else { Syntax::BASIC };
        let syntax = Syntax { ignore_case, multiline, ..base };
        let compiled = Pattern::new(&escapes::expression(source), syntax);
        compiled.map(|p| Some(Rc::new(p))).map_err(|e| self.error(ScriptFault::Pattern(e)))
    }

    /// Up to the delimiter, which is passed; escaped delimiters lose their backslash. In an expression a delimiter inside of
    /// brackets is none.
    pub(super) fn delimited(&mut self, delimiter: u8, is_expression: bool) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match byte {
                _ if byte == delimiter => return Some(out),
                b'\n' if is_expression => return None,
                b'[' if is_expression => {
                    let length = bracket_length(&self.source[self.at..])?;
                    out.push(b'[');
                    out.extend_from_slice(&self.source[self.at..self.at + length]);
                    self.at += length;
                }
                b'\\' => {
                    let next = self.peek()?;
                    self.at += 1;
                    match next {
                        b'n' if is_expression && next != delimiter => out.push(b'\n'),
                        b'\n' if is_expression => out.push(b'\n'),
                        _ if next == delimiter && (is_expression || next != b'&') => out.push(next),
                        _ => out.extend([b'\\', next]),
                    }
                }
                _ => out.push(byte),
            }
        }
    }

    /// One command; false at the end.
    fn command(&mut self) -> Result<bool, ScriptError> {
        while self.peek().is_some_and(|b| b == b';' || b.is_ascii_whitespace()) {
            self.at += 1;
        }
        if self.peek().is_none() {
            return Ok(false);
        }
        let selector = self.selector()?;
        let Some(name) = self.peek() else { return Err(self.error(ScriptFault::Missing)) };
        self.at += 1;
        if matches!(name, b':' | b'}' | b'#') && selector.first.is_some() {
            return Err(self.error(ScriptFault::NoAddress(char::from(name))));
        }
        if matches!(name, b'=' | b'a' | b'i' | b'q' | b'Q' | b'r')
            && selector.end.is_some()
            && matches!(name, b'q' | b'Q')
        {
            return Err(self.error(ScriptFault::OneAddress));
        }
        let index = self.script.commands.len();
        let action = self.action(name, index)?;
        self.script.commands.push(Command { selector, action });
        Ok(true)
    }

    fn action(&mut self, name: u8, index: usize) -> Result<Action, ScriptError> {
        let action = match name {
            b'{' => {
                self.blocks.push(index);
                return Ok(Action::Block(0));
            }
            b'}' => {
                let open = self.blocks.pop().ok_or_else(|| self.error(ScriptFault::CloseBlock))?;
                self.script.commands[open].action = Action::Block(index);
                Action::Nothing
            }
            b'#' => {
                while self.peek().is_some_and(|b| b != b'\n') {
                    self.at += 1;
                }
                return Ok(Action::Nothing);
            }
            b'a' => return self.text().map(Action::Append),
            b'i' => return self.text().map(Action::Insert),
            b'c' => return self.text().map(Action::Change),
            b':' => return self.label(index),
            b'b' | b't' | b'T' => self.jump(name, index),
            b'r' | b'R' => {
                let name_of = self.file_name()?;
                return Ok(if name == b'r' { Action::ReadFile(name_of) } else { Action::ReadLine(name_of) });
            }
            b'w' | b'W' => {
                let output = self.output()?;
                return Ok(if name == b'w' { Action::Write(output) } else { Action::WriteFirst(output) });
            }
            b's' => return self.substitution(),
            b'y' => self.translation()?,
            _ => self.simple(name)?,
        };
        self.end_of_command()?;
        Ok(action)
    }

    fn simple(&mut self, name: u8) -> Result<Action, ScriptError> {
        Ok(match name {
            b'd' => Action::Delete,
            b'D' => Action::DeleteFirst,
            b'F' => Action::FileName,
            b'g' => Action::Get,
            b'G' => Action::GetAppend,
            b'h' => Action::Hold,
            b'H' => Action::HoldAppend,
            b'x' => Action::Exchange,
            b'n' => Action::Next,
            b'N' => Action::NextAppend,
            b'p' => Action::Print,
            b'P' => Action::PrintFirst,
            b'z' => Action::Zap,
            b'=' => Action::Number,
            b'l' => Action::List(self.argument().map(|n| usize::try_from(n).unwrap_or(usize::MAX))),
            b'q' => Action::Quit(self.argument().unwrap_or(0) as u8),
            b'Q' => Action::QuitSilently(self.argument().unwrap_or(0) as u8),
            b'v' => {
                self.skip_blanks();
                self.word();
                Action::Nothing
            }
            _ => return Err(self.error(ScriptFault::Unknown(char::from(name)))),
        })
    }

    fn argument(&mut self) -> Option<u64> {
        self.skip_blanks();
        self.number()
    }

    /// Up to white space or a semicolon.
    fn word(&mut self) -> Vec<u8> {
        let start = self.at;
        while self.peek().is_some_and(|b| b != b';' && !b.is_ascii_whitespace()) {
            self.at += 1;
        }
        self.source[start..self.at].to_vec()
    }

    fn label(&mut self, index: usize) -> Result<Action, ScriptError> {
        self.skip_blanks();
        let label = self.word();
        if label.is_empty() {
            return Err(self.error(ScriptFault::Label));
        }
        self.labels.insert(label, index);
        Ok(Action::Nothing)
    }

    fn jump(&mut self, name: u8, index: usize) -> Action {
        self.skip_blanks();
        let start = self.at;
        while self.peek().is_some_and(|b| b != b';' && b != b'}' && !b.is_ascii_whitespace()) {
            self.at += 1;
        }
        self.jumps.push((index, self.source[start..self.at].to_vec()));
        match name {
            b'b' => Action::Branch(0),
            b't' => Action::BranchIf(0),
            _ => Action::BranchUnless(0),
        }
    }

    pub(super) fn end_of_command(&mut self) -> Result<(), ScriptError> {
        self.skip_blanks();
        match self.peek() {
            None | Some(b'}' | b'#') => Ok(()),
            Some(b'\n' | b';') => {
                self.at += 1;
                Ok(())
            }
            Some(_) => Err(self.error(ScriptFault::Extra)),
        }
    }

    /// Resolves jumps.
    fn finish(mut self) -> Result<Script, ScriptError> {
        if !self.blocks.is_empty() {
            self.at = 0;
            return Err(self.error(ScriptFault::OpenBlock));
        }
        let end = self.script.commands.len();
        for (index, label) in std::mem::take(&mut self.jumps) {
            let target = if label.is_empty() { Some(end) } else { self.labels.get(&label).copied() };
            let Some(target) = target else {
                return Err(self.error(ScriptFault::Jump(String::from_utf8_lossy(&label).into_owned())));
            };
            match &mut self.script.commands[index].action {
                Action::Branch(to) | Action::BranchIf(to) | Action::BranchUnless(to) => *to = target,
                _ => {}
            }
        }
        let first_expression = self.script.commands.iter().any(uses_expression);
        let some = self.script.commands.iter().any(has_expression);
        if first_expression && !some {
            self.at = 0;
            return Err(self.error(ScriptFault::NoExpression));
        }
        Ok(self.script)
    }
}

/// Whether a command asks for the last expression used.
fn uses_expression(command: &Command) -> bool {
    matches!(&command.action, Action::Substitute(s) if s.expression.is_none())
}

fn has_expression(command: &Command) -> bool {
    use super::script::{Address, End};
    let is = |a: &Address| matches!(a, Address::Pattern(Some(_)));
    matches!(&command.action, Action::Substitute(s) if s.expression.is_some())
        || command.selector.first.as_ref().is_some_and(is)
        || matches!(&command.selector.end, Some(End::At(a)) if is(a))
}

/// How long a bracket expression is after its `[`, the `]` included.
fn bracket_length(rest: &[u8]) -> Option<usize> {
    let mut at = usize::from(rest.first() == Some(&b'^'));
    at += usize::from(rest.get(at) == Some(&b']'));
    loop {
        match (rest.get(at)?, rest.get(at + 1)) {
            (b']', _) => return Some(at + 1),
            (b'[', Some(&mark @ (b':' | b'.' | b'='))) => {
                let end = rest[at + 2..].windows(2).position(|w| w == [mark, b']'])?;
                at += end + 4;
            }
            _ => at += 1,
        }
    }
}
