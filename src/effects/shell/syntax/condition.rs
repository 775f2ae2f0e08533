//! `[[ … ]]`.

use super::{
    Condition, Dialect, Reading, SyntaxError, lexer, parse_word,
    skip::{Level, Scan, Unfinished},
};

/// What is inside: words, and operators of the shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    Operator(&'static str),
}

/// From behind `[[` to behind `]]`.
pub(super) fn tokens(s: &str, mut at: usize, level: Level) -> Result<(Vec<Token>, usize), Unfinished> {
    let (b, mut tokens) = (s.as_bytes(), Vec::new());
    while at < b.len() {
        let rest = &s[at..];
        if let Some(skipped) = rest.strip_prefix([' ', '\t', '\n']).or_else(|| rest.strip_prefix("\\\n")) {
            at = s.len() - skipped.len();
            continue;
        }
        let is_regex = matches!(tokens.last(), Some(Token::Word(w)) if w == "=~");
        if !is_regex && let Some(operator) = ["&&", "||", "(", ")", "<", ">"].iter().find(|o| rest.starts_with(**o)) {
            tokens.push(Token::Operator(operator));
            at += operator.len();
            continue;
        }
        let start = at;
        at = match tokens.last() {
            _ if is_regex => regex(s, at, level)?,
            Some(Token::Word(w)) if matches!(w.as_str(), "==" | "=" | "!=") => word(s, at, level, true)?,
            _ => word(s, at, level, false)?,
        };
        if at == start {
            // `;` or `&`, which nothing here begins with.
            break;
        }
        if &s[start..at] == "]]" {
            return Ok((tokens, at));
        }
        tokens.push(Token::Word(s[start..at].replace("\\\n", "")));
    }
    Err(Unfinished::Missing(']'))
}

fn word(s: &str, start: usize, level: Level, is_pattern: bool) -> Scan {
    let (b, mut at) = (s.as_bytes(), start);
    while at < b.len() {
        at = match b[at] {
            b' ' | b'\t' | b'\n' | b'&' | b'|' | b';' | b')' | b'<' | b'>' => break,
            b'(' if is_pattern && at > start && b"?*+@!".contains(&b[at - 1]) => group(s, at + 1, level)?,
            b'(' => break,
            _ => lexer::piece(s, at, level)?,
        };
    }
    Ok(at.min(b.len()))
}

/// The right side of `=~`: parentheses and bars are its own.
fn regex(s: &str, mut at: usize, level: Level) -> Scan {
    let (b, mut open) = (s.as_bytes(), 0);
    while at < b.len() {
        at = match b[at] {
            b' ' | b'\t' if open == 0 => break,
            b'\n' => break,
            b'(' => {
                open += 1;
                at + 1
            }
            b')' if open == 0 => break,
            b')' => {
                open -= 1;
                at + 1
            }
            _ => lexer::piece(s, at, level)?,
        };
    }
    Ok(at.min(b.len()))
}

/// Behind the `)` of an extended pattern.
pub(super) fn group(s: &str, mut at: usize, level: Level) -> Scan {
    let (b, mut open) = (s.as_bytes(), 0);
    while at < b.len() {
        at = match b[at] {
            b')' if open == 0 => return Ok(at + 1),
            c @ (b'(' | b')') => {
                open = if c == b'(' { open + 1 } else { open - 1 };
                at + 1
            }
            _ => lexer::piece(s, at, level)?,
        };
    }
    Err(Unfinished::Missing(')'))
}

/// Parentheses and `!` inside one another.
const DEEPEST: usize = 50;

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    dialect: Dialect,
    line: usize,
    depth: usize,
}

/// The whole `[[ … ]]`.
pub(super) fn parse(text: &str, dialect: Dialect, line: usize) -> Result<Condition, SyntaxError> {
    let error = || SyntaxError { line, message: "syntax error in conditional expression".to_owned() };
    let (tokens, _) = tokens(text, 2, dialect.level()).map_err(|_| error())?;
    let mut parser = Parser { tokens: &tokens, at: 0, dialect, line, depth: 0 };
    let condition = parser.or()?;
    if parser.at == tokens.len() { Ok(condition) } else { Err(error()) }
}

impl Parser<'_> {
    fn operator(&mut self, operator: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Operator(o)) if *o == operator);
        self.at += usize::from(found);
        found
    }

    fn or(&mut self) -> Result<Condition, SyntaxError> {
        let mut left = self.and()?;
        while self.operator("||") {
            left = Condition::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Condition, SyntaxError> {
        let mut left = self.not()?;
        while self.operator("&&") {
            left = Condition::And(Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Condition, SyntaxError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error());
        }
        let condition = if matches!(self.tokens.get(self.at), Some(Token::Word(w)) if w == "!") {
            self.at += 1;
            Condition::Not(Box::new(self.not()?))
        } else if self.operator("(") {
            let inner = self.or()?;
            if !self.operator(")") {
                return Err(self.error());
            }
            inner
        } else {
            self.term()?
        };
        self.depth -= 1;
        Ok(condition)
    }

    fn error(&self) -> SyntaxError {
        let near = match self.tokens.get(self.at) {
            Some(Token::Word(w)) => w.as_str(),
            Some(Token::Operator(o)) => o,
            None => "]]",
        };
        SyntaxError { line: self.line, message: format!("syntax error in conditional expression near `{near}'") }
    }

    fn text(&mut self) -> Result<String, SyntaxError> {
        match self.tokens.get(self.at) {
            Some(Token::Word(word)) => {
                self.at += 1;
                Ok(word.clone())
            }
            _ => Err(self.error()),
        }
    }

    fn term(&mut self) -> Result<Condition, SyntaxError> {
        let first = self.text()?;
        let word = |text: &str| parse_word(text, Reading::Pattern, self.dialect);
        let is_unary =
            first.len() == 2 && first.starts_with('-') && b"abcdefghknoprstuvwxzGLNORS".contains(&first.as_bytes()[1]);
        if let (true, Some(Token::Word(operand))) = (is_unary, self.tokens.get(self.at)) {
            let condition = Condition::Unary(first, word(operand));
            self.at += 1;
            return Ok(condition);
        }
        let operator = match self.tokens.get(self.at) {
            Some(Token::Operator(o @ ("<" | ">"))) => (*o).to_owned(),
            Some(Token::Word(w)) if is_binary(w) => w.clone(),
            Some(Token::Word(_)) => return Err(self.error()),
            _ => return Ok(Condition::Unary("-n".to_owned(), word(&first))),
        };
        let left = word(&first);
        self.at += 1;
        let right = self.text()?;
        Ok(Condition::Binary(left, operator, parse_word(&right, Reading::Pattern, self.dialect)))
    }
}

fn is_binary(word: &str) -> bool {
    matches!(word, "=" | "==" | "!=" | "=~" | "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" | "-nt" | "-ot" | "-ef")
}
