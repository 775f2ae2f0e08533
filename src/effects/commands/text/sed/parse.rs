//! Reading a script.

use std::{collections::BTreeMap, rc::Rc};

use super::{
    super::pattern::{Pattern, PatternError, Syntax},
    Settings, escapes,
    script::{Action, Command, Expression, Part, Script, Substitution},
};

/// Bytes of a script, and commands in it.
const LONGEST: usize = 1 << 20;

/// A script that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("-e expression #1, char {at}: {fault}")]
pub(super) struct ScriptError {
    at: usize,
    fault: ScriptFault,
}

impl ScriptError {
    /// What sed ends with.
    pub fn status(&self) -> u8 {
        if matches!(self.fault, ScriptFault::Jump(_)) { 4 } else { 1 }
    }
}

/// What is wrong with a script, in sed's words.
#[derive(Debug, thiserror::Error)]
pub(super) enum ScriptFault {
    #[error("unknown command: `{0}'")]
    Unknown(char),
    #[error("missing command")]
    Missing,
    #[error("unexpected `,'")]
    Comma,
    #[error("invalid usage of +N or ~N as first address")]
    FirstRelative,
    #[error("invalid usage of line address 0")]
    ZeroAddress,
    #[error("unterminated address regex")]
    OpenAddress,
    #[error("unterminated `{0}' command")]
    Open(char),
    #[error("unknown option to `s'")]
    Flag,
    #[error("multiple `{0}' options to `s' command")]
    Twice(char),
    #[error("number option to `s' command may not be zero")]
    ZeroNumber,
    #[error("extra characters after command")]
    Extra,
    #[error("expected \\ after `a', `c' or `i'")]
    Text,
    #[error("unmatched `{{'")]
    OpenBlock,
    #[error("unexpected `}}'")]
    CloseBlock,
    #[error("command only uses one address")]
    OneAddress,
    #[error("{0} doesn't want any addresses")]
    NoAddress(char),
    #[error("\":\" lacks a label")]
    Label,
    #[error("can't find label for jump to `{0}'")]
    Jump(String),
    #[error("missing filename in r/R/w/W commands")]
    FileName,
    #[error("strings for `y' command are different lengths")]
    Lengths,
    #[error("invalid reference \\{0} on `s' command's RHS")]
    Reference(usize),
    #[error("no previous regular expression")]
    NoExpression,
    #[error("e/r/w commands disabled in sandbox mode")]
    Sandbox,
    #[error("the script is too long")]
    TooLong,
    #[error(transparent)]
    Pattern(PatternError),
}

pub(super) struct Parser<'s> {
    source: &'s [u8],
    pub at: usize,
    settings: &'s Settings,
    script: Script,
    blocks: Vec<usize>,
    labels: BTreeMap<Vec<u8>, usize>,
    jumps: Vec<(usize, Vec<u8>)>,
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

    fn end_of_command(&mut self) -> Result<(), ScriptError> {
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

    /// The text of `a`, `i`, `c`: on the same line, or after a backslash and a newline; lines that end with a backslash go on.
    fn text(&mut self) -> Result<Vec<u8>, ScriptError> {
        self.skip_blanks();
        let mut before = Vec::new();
        match self.peek() {
            None => return Err(self.error(ScriptFault::Text)),
            Some(b'\\') => {
                self.at += 1;
                let after = self.at;
                self.skip_blanks();
                match self.peek() {
                    None => return Ok(Vec::new()),
                    Some(b'\n') => self.at += 1,
                    // The backslash keeps the blanks after it, or takes any meaning from a letter.
                    Some(byte) if after == self.at => {
                        before.push(byte);
                        self.at += 1;
                    }
                    Some(_) => before.extend_from_slice(&self.source[after..self.at]),
                }
            }
            Some(_) => {}
        }
        let start = self.at;
        while let Some(byte) = self.peek().filter(|&b| b != b'\n') {
            self.at = (self.at + if byte == b'\\' { 2 } else { 1 }).min(self.source.len());
        }
        let text = escapes::text(&self.source[start..self.at]);
        self.at += usize::from(self.peek().is_some());
        Ok([&before[..], &text[..], b"\n"].concat())
    }

    /// The rest of the line.
    fn file_name(&mut self) -> Result<Vec<u8>, ScriptError> {
        self.skip_blanks();
        let rest = &self.source[self.at..];
        let length = rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
        let name = rest[..length].to_vec();
        self.at += length;
        if self.settings.sandbox {
            return Err(self.error(ScriptFault::Sandbox));
        }
        if name.is_empty() { Err(self.error(ScriptFault::FileName)) } else { Ok(name) }
    }

    fn output(&mut self) -> Result<usize, ScriptError> {
        let name = self.file_name()?;
        let outputs = &mut self.script.outputs;
        Ok(outputs.iter().position(|o| *o == name).unwrap_or_else(|| {
            outputs.push(name);
            outputs.len() - 1
        }))
    }

    fn translation(&mut self) -> Result<Action, ScriptError> {
        let open = || ScriptFault::Open('y');
        let delimiter = self.peek().ok_or_else(|| self.error(open()))?;
        self.at += 1;
        let from = self.delimited(delimiter, false).ok_or_else(|| self.error(open()))?;
        let to = self.delimited(delimiter, false).ok_or_else(|| self.error(open()))?;
        let characters = |text: &[u8]| -> Vec<Vec<u8>> {
            let text = escapes::text(text);
            super::super::stream::characters(&text).map(<[u8]>::to_vec).collect()
        };
        let (from, to) = (characters(&from), characters(&to));
        if from.len() != to.len() {
            return Err(self.error(ScriptFault::Lengths));
        }
        Ok(Action::Translate(from.into_iter().zip(to).collect()))
    }

    fn substitution(&mut self) -> Result<Action, ScriptError> {
        let open = || ScriptFault::Open('s');
        let delimiter = self.peek().filter(|&b| b != b'\n' && b != b'\\').ok_or_else(|| self.error(open()))?;
        self.at += 1;
        let source = self.delimited(delimiter, true).ok_or_else(|| self.error(open()))?;
        let replacement = self.delimited(delimiter, false).ok_or_else(|| self.error(open()))?;
        let mut substitution = Substitution {
            expression: None,
            replacement: escapes::replacement(&replacement),
            global: false,
            number: 0,
            print: false,
            write: None,
        };
        let (ignore_case, multiline) = self.flags(&mut substitution)?;
        substitution.expression = self.expression(&source, ignore_case, multiline)?;
        if let Some(expression) = &substitution.expression {
            let groups = substitution.replacement.iter().filter_map(|p| match p {
                Part::Group(n) => Some(*n),
                _ => None,
            });
            if let Some(n) = groups.max().filter(|n| *n > expression.groups()) {
                return Err(self.error(ScriptFault::Reference(n)));
            }
        }
        Ok(Action::Substitute(Box::new(substitution)))
    }

    /// The flags of `s`, to the end of the command: whether it ignores case, whether it is for many lines.
    fn flags(&mut self, substitution: &mut Substitution) -> Result<(bool, bool), ScriptError> {
        let (mut ignore_case, mut multiline) = (false, false);
        loop {
            let byte = self.peek();
            match byte {
                Some(b'i' | b'I') => ignore_case = true,
                Some(b'm' | b'M') => multiline = true,
                Some(b'g') if substitution.global => return Err(self.error(ScriptFault::Twice('g'))),
                Some(b'g') => substitution.global = true,
                Some(b'p') if substitution.print => return Err(self.error(ScriptFault::Twice('p'))),
                Some(b'p') => substitution.print = true,
                Some(b'0'..=b'9') => {
                    let number = self.number().unwrap_or(0);
                    if number == 0 {
                        return Err(self.error(ScriptFault::ZeroNumber));
                    }
                    substitution.number = usize::try_from(number).unwrap_or(usize::MAX);
                    continue;
                }
                Some(b'w') => {
                    self.at += 1;
                    substitution.write = Some(self.output()?);
                    return Ok((ignore_case, multiline));
                }
                Some(b'\r') => {}
                None | Some(b'}' | b'#' | b'\n' | b';' | b' ' | b'\t') => {
                    self.end_of_command()?;
                    return Ok((ignore_case, multiline));
                }
                Some(_) => return Err(self.error(ScriptFault::Flag)),
            }
            self.at += 1;
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
