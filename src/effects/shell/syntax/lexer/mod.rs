//! A script's words and operators, as brush-parser's grammar wants them: the way through them here, `words` and `here`-documents apart.

mod here;
mod words;

use std::sync::Arc;

use brush_parser::{SourcePosition, Token, TokenLocation};

use super::{
    cases::{Close, Place},
    condition,
    lower::{is_name, is_name_or_append},
    skip::{self, Level, Scan, Unfinished},
};

/// `{name}>` travels through the grammar as a descriptor from here on.
pub(super) const NAMED_DESCRIPTORS: i32 = 900_000_000;

/// What a script consists of.
#[derive(Debug)]
pub(super) struct Lexed {
    /// Up to the end, or to the problem.
    pub tokens: Vec<Token>,
    /// Newlines (by index) after which no command is open.
    pub boundaries: Vec<usize>,
    /// Names of `{name}>`, counted from [`NAMED_DESCRIPTORS`].
    pub descriptors: Vec<String>,
    /// Why it ended early, and in which line.
    pub problem: Option<(usize, Unfinished)>,
}

/// What is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Script,
    /// `$(…)`: to the `)` that nothing opened.
    Substitution,
    /// The words of `a=(…)`, to the same.
    Array,
}

/// What the next word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Word,
    File,
    HereTag { strip: bool },
}

#[derive(Debug)]
struct Here {
    /// Index of its tag's token.
    tag: usize,
    strip: bool,
}

struct Lexer<'s> {
    s: &'s str,
    at: usize,
    line: usize,
    level: Level,
    mode: Mode,
    place: Place,
    next: Next,
    pending: Vec<Here>,
    /// What the grammar has to be told about the token before.
    before: Before,
    out: Lexed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    Other,
    Open,
    Esac,
    For,
    ForName,
    LoopHeader,
}

/// Everything in `s`, which begins in line `line`.
pub(super) fn lex(s: &str, line: usize, level: Level) -> Lexed {
    let mut lexer = Lexer::new(s, 0, line, level, Mode::Script);
    if let Err(problem) = lexer.run() {
        lexer.out.problem = Some((lexer.line, problem));
    }
    lexer.out
}

/// Behind the `)` that ends the commands at `at`.
pub(super) fn closing(s: &str, at: usize, level: Level) -> Scan {
    Lexer::new(s, at, 1, level, Mode::Substitution).run()?.ok_or(Unfinished::Missing(')'))
}

/// The words of `(…)`, up to the end of `s`; with its `)`, and behind it, where `s` goes on.
pub(super) fn array(s: &str, at: usize, level: Level) -> Result<(Vec<String>, usize), Unfinished> {
    let mut lexer = Lexer::new(s, at, 1, level.deeper()?, Mode::Array);
    let end = lexer.run()?.ok_or(Unfinished::Missing(')'))?;
    let words = lexer.out.tokens.into_iter().filter_map(|t| match t {
        Token::Word(word, _) => Some(word),
        Token::Operator(..) => None,
    });
    Ok((words.collect(), end))
}

impl<'s> Lexer<'s> {
    fn new(s: &'s str, at: usize, line: usize, level: Level, mode: Mode) -> Self {
        let out = Lexed { tokens: Vec::new(), boundaries: Vec::new(), descriptors: Vec::new(), problem: None };
        let (place, next, before) = (Place::new(), Next::Word, Before::Other);
        Self { s, at, line, level, mode, place, next, pending: Vec::new(), before, out }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.s.as_bytes().get(self.at + ahead).copied()
    }

    /// To the end, or behind the `)` nobody opened.
    fn run(&mut self) -> Result<Option<usize>, Unfinished> {
        loop {
            self.blanks();
            let Some(b) = self.peek(0) else { break };
            match b {
                b'\n' => self.newline(),
                b'(' => self.open(),
                b')' => match if self.mode == Mode::Array { Close::Unmatched } else { self.place.close() } {
                    Close::Unmatched if self.mode != Mode::Script => return Ok(Some(self.at + 1)),
                    _ => self.close(),
                },
                b'<' | b'>' if self.peek(1) == Some(b'(') => self.word()?,
                b'&' | b'|' | b';' | b'<' | b'>' => self.operator(),
                _ => self.word()?,
            }
            if self.place.too_deep() {
                return Err(Unfinished::Deep);
            }
        }
        self.here_documents();
        Ok(None)
    }

    /// Blanks, continued lines, comments.
    fn blanks(&mut self) {
        loop {
            match self.peek(0) {
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'\\') if self.peek(1) == Some(b'\n') => {
                    self.at += 2;
                    self.line += 1;
                }
                Some(b'#') => self.at = self.s[self.at..].find('\n').map_or(self.s.len(), |n| self.at + n),
                _ => return,
            }
        }
    }

    fn location(&self, start: usize, end: usize) -> TokenLocation {
        let position = |index| Arc::new(SourcePosition { index, line: self.line, column: 1 });
        TokenLocation { start: position(start), end: position(end) }
    }

    fn emit(&mut self, operator: &str, length: usize) {
        let location = self.location(self.at, self.at + length);
        self.out.tokens.push(Token::Operator(operator.to_owned(), location));
        self.at += length;
        self.before = Before::Other;
    }

    fn emit_word(&mut self, word: &str) {
        let location = self.location(self.at, self.at);
        self.out.tokens.push(Token::Word(word.to_owned(), location));
        self.before = Before::Other;
    }

    fn newline(&mut self) {
        self.emit("\n", 1);
        self.line += 1;
        self.place.operator("\n");
        self.next = Next::Word;
        self.here_documents();
        if self.place.is_outermost() {
            self.out.boundaries.push(self.out.tokens.len() - 1);
        }
    }

    fn operator(&mut self) {
        const OPERATORS: [&str; 19] = [
            "&>>", ";;&", "<<<", "<<-", "&&", "&>", "||", "|&", ";;", ";&", "<<", "<&", "<>", ">>", ">&", ">|", "&",
            "|", ";",
        ];
        // Lines may be continued within an operator, too.
        let (mut text, mut ends, mut at) = (String::new(), Vec::new(), self.at);
        while text.len() < 3 {
            match self.s.as_bytes().get(at) {
                Some(b'\\') if self.s[at..].starts_with("\\\n") => at += 2,
                Some(&b) if b"&|;<>-".contains(&b) => {
                    text.push(char::from(b));
                    at += 1;
                    ends.push(at);
                }
                _ => break,
            }
        }
        let first = self.at;
        let operator = OPERATORS.iter().find(|o| text.starts_with(**o)).copied().unwrap_or(&self.s[first..=first]);
        let length = ends[operator.len() - 1] - first;
        if operator == "|&" {
            // As the manual has it: `2>&1 |`, after the command's own redirections.
            self.emit_word("2");
            self.emit(">&", 0);
            self.emit_word("1");
            self.emit("|", length);
        } else {
            self.emit(operator, length);
        }
        self.line += self.s[first..first + length].matches('\n').count();
        self.place.operator(operator);
        self.next = match operator {
            "<<" | "<<-" => Next::HereTag { strip: operator == "<<-" },
            "<" | ">" | ">>" | ">|" | "<>" | "<&" | ">&" | "&>" | "&>>" | "<<<" => Next::File,
            _ => Next::Word,
        };
    }

    fn open(&mut self) {
        let doubled = self.peek(1) == Some(b'(') && !self.place.in_patterns() && self.mode != Mode::Array;
        if doubled
            && (self.place.command || self.before == Before::For)
            && let Some(end) = skip::arithmetic(self.s, self.at + 2)
        {
            return self.arithmetic(end);
        }
        if self.before == Before::Open {
            // `((` of two subshells, which the grammar would try as arithmetic first.
            self.emit("\n", 0);
        }
        self.emit("(", 1);
        self.place.open();
        self.next = Next::Word;
        self.before = Before::Open;
    }

    fn close(&mut self) {
        if self.before == Before::Esac {
            // Else the grammar takes `esac)` for a pattern.
            self.emit("\n", 0);
        }
        self.emit(")", 1);
        self.next = Next::Word;
    }

    /// `((…))` up to `end`, as one word, or three for a loop.
    fn arithmetic(&mut self, end: usize) {
        let inner = &self.s[self.at + 2..end - 2];
        let is_loop = self.before == Before::For;
        self.emit("(", 1);
        self.emit("(", 1);
        for (i, part) in if is_loop { inner.split(';').collect() } else { vec![inner] }.into_iter().enumerate() {
            if i > 0 {
                self.emit(";", 0);
            }
            self.emit_word(part);
        }
        self.line += inner.matches('\n').count();
        self.at = end - 2;
        self.emit(")", 1);
        self.emit(")", 1);
        self.place.operator(";");
        if is_loop {
            self.before = Before::LoopHeader;
        }
    }
}

/// Behind the quote, substitution or character at `at`.
pub(super) fn piece(s: &str, at: usize, level: Level) -> Scan {
    match s.as_bytes()[at] {
        b'\\' => Ok(at + 2),
        b'\'' => skip::single(s, at + 1),
        b'"' => skip::double(s, at + 1, level),
        b'`' => skip::backquote(s, at + 1),
        b'$' => skip::dollar(s, at, level, false),
        _ => Ok(at + 1),
    }
}
