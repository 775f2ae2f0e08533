//! A script's words and operators, as brush-parser's grammar wants them.

use std::sync::Arc;

use brush_parser::{SourcePosition, Token, TokenLocation};

use super::{
    cases::{Close, Place, Role},
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

    fn word(&mut self) -> Result<(), Unfinished> {
        let (start, line) = (self.at, self.line);
        let mut word = self.scan()?;
        let is_redirected = matches!(self.peek(0), Some(b'<' | b'>')) && self.peek(1) != Some(b'(');
        let next = std::mem::replace(&mut self.next, Next::Word);
        let mut end = self.at;
        if is_redirected && word.bytes().all(|b| b.is_ascii_digit()) {
            // A descriptor; where the number is none, it must not touch the operator.
            end += usize::from(word.len() > 5);
        } else if let Some(name) = descriptor_name(&word).filter(|_| is_redirected) {
            self.out.descriptors.push(name.to_owned());
            word = (NAMED_DESCRIPTORS as usize + self.out.descriptors.len() - 1).to_string();
        } else if self.mode != Mode::Array && !matches!(next, Next::HereTag { .. }) {
            return self.placed(word, start, line, next == Next::File);
        }
        self.push_word(word, start, end, line);
        if let Next::HereTag { strip } = next {
            self.pending.push(Here { tag: self.out.tokens.len() - 1, strip });
        }
        Ok(())
    }

    fn push_word(&mut self, word: String, start: usize, end: usize, line: usize) {
        let now = std::mem::replace(&mut self.line, line);
        let location = self.location(start, end);
        self.line = now;
        self.out.tokens.push(Token::Word(word, location));
        self.before = Before::Other;
    }

    /// A word of a command, which may be a keyword.
    fn placed(&mut self, mut word: String, start: usize, line: usize, redirected: bool) -> Result<(), Unfinished> {
        if self.before == Before::LoopHeader && word == "do" {
            self.emit("\n", 0);
        }
        let before = self.before;
        let role = self.place.word(&word, super::split_assignment(&word).is_some(), redirected);
        match role {
            Role::BareEsac => self.emit(";;", 0),
            Role::Condition => {
                let (_, end) = condition::tokens(self.s, self.at, self.level)?;
                self.line += self.s[self.at..end].matches('\n').count();
                self.at = end;
                word = self.s[start..end].to_owned();
                self.place.command = false;
            }
            _ => {}
        }
        let is_in = before == Before::ForName && word == "in";
        self.push_word(word, start, self.at, line);
        self.before = match role {
            Role::BareEsac | Role::Esac => Before::Esac,
            Role::For => Before::For,
            _ if before == Before::For => Before::ForName,
            _ => Before::Other,
        };
        if is_in {
            self.blanks();
            if matches!(self.peek(0), Some(b';' | b'\n')) {
                // The grammar gives `for x in;` as `for x`; this is what expands to no word.
                self.emit_word("$()");
            }
        }
        Ok(())
    }

    /// The text of the word at hand, continued lines joined; stands behind it then.
    fn scan(&mut self) -> Result<String, Unfinished> {
        let (s, b, start) = (self.s, self.s.as_bytes(), self.at);
        let (mut at, mut word, mut from) = (start, String::new(), start);
        let mut after_substitution = true;
        while at < b.len() {
            let was_substitution = std::mem::replace(&mut after_substitution, false);
            at = match b[at] {
                b' ' | b'\t' | b'\n' | b'|' | b'&' | b';' | b')' => break,
                b'<' | b'>' if was_substitution && b.get(at + 1) == Some(&b'(') => {
                    after_substitution = true;
                    closing(s, at + 2, self.level.deeper()?)?
                }
                b'<' | b'>' => break,
                b'(' if is_name_or_append(&s[start..at]) => array(s, at + 1, self.level)?.1,
                b'(' if self.is_extended_glob(start, at) => condition::group(s, at + 1, self.level)?,
                b'(' => break,
                b'\\' if b.get(at + 1) == Some(&b'\n') => {
                    word.push_str(&s[from..at]);
                    from = at + 2;
                    at + 2
                }
                b'[' if is_name(&s[start..at]) => match skip::subscript(s, at + 1) {
                    Some(end) if matches!(&b[end..], [b'=', ..] | [b'+', b'=', ..]) => end,
                    _ => at + 1,
                },
                _ => piece(s, at, self.level)?,
            };
        }
        at = at.min(b.len());
        self.line += s[start..at].matches('\n').count();
        word.push_str(&s[from..at]);
        self.at = at;
        Ok(word)
    }

    /// `?(…)` and its kind. `!(` at the start of a command is a negated subshell.
    fn is_extended_glob(&self, start: usize, at: usize) -> bool {
        match self.s.as_bytes()[start..at].last() {
            Some(b'?' | b'*' | b'+' | b'@') => true,
            Some(b'!') => at - start > 1 || !self.place.command,
            _ => false,
        }
    }

    /// The bodies of the here-documents begun in the line before.
    fn here_documents(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let Some(first) = pending.first() else { return };
        // Each body and its tag once more stand behind the tag; the other tokens of the line move.
        let mut rest = self.out.tokens.split_off(first.tag).into_iter();
        let mut next = first.tag;
        for here in pending {
            self.out.tokens.extend(rest.by_ref().take(here.tag + 1 - next));
            next = here.tag + 1;
            let Some(token) = self.out.tokens.last() else { break };
            let (tag, location) = (token.to_str().to_owned(), token.location().clone());
            let body = self.here_document(&tag, here.strip);
            self.out.tokens.extend([body, tag].map(|text| Token::Word(text, location.clone())));
        }
        self.out.tokens.extend(rest);
    }

    fn here_document(&mut self, tag: &str, strip: bool) -> String {
        let quoted = tag.contains(['\'', '"', '\\']);
        let tag = brush_parser::unquote_str(tag);
        let mut body = String::new();
        while self.at < self.s.len() {
            let mut line = String::new();
            loop {
                let rest = &self.s[self.at..];
                let length = rest.find('\n').map_or(rest.len(), |n| n + 1);
                self.at += length;
                self.line += 1;
                line.push_str(&rest[..length]);
                let continued =
                    line.strip_suffix("\\\n").filter(|l| l.bytes().rev().take_while(|&b| b == b'\\').count() % 2 == 0);
                match continued {
                    Some(start) if !quoted && self.at < self.s.len() => line.truncate(start.len()),
                    _ => break,
                }
            }
            let text = if strip { line.trim_start_matches('\t') } else { &line };
            if text.strip_suffix('\n').unwrap_or(text) == tag {
                break;
            }
            body.push_str(text);
        }
        body
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

fn descriptor_name(word: &str) -> Option<&str> {
    word.strip_prefix('{')?.strip_suffix('}').filter(|name| is_name(name))
}
