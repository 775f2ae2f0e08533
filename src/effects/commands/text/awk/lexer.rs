//! Source as tokens.

use super::{
    super::{number, stream},
    tree::Builtin,
};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(Vec<u8>),
    /// Between slashes.
    Pattern(Vec<u8>),
    Name(Vec<u8>),
    /// A name with its parenthesis right behind it.
    Function(Vec<u8>),
    Builtin(Builtin),
    /// A keyword or an operator.
    Symbol(&'static str),
    Newline,
    End,
}

/// A token, and the line it is on.
pub(super) type Placed = (Token, usize);

/// What cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {text}")]
pub(super) struct Unreadable {
    pub line: usize,
    pub text: String,
    /// It was read, but cannot run.
    pub fatal: bool,
}

const KEYWORDS: [&str; 24] = [
    "BEGIN",
    "END",
    "function",
    "func",
    "if",
    "else",
    "while",
    "for",
    "do",
    "break",
    "continue",
    "next",
    "nextfile",
    "exit",
    "return",
    "delete",
    "in",
    "getline",
    "print",
    "printf",
    "switch",
    "case",
    "default",
    "BEGINFILE",
];

/// Longest first.
const OPERATORS: [&str; 44] = [
    "**=", "&&", "||", "==", "<=", ">=", "!=", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", ">>", "!~", "**", "|&",
    "{", "}", "(", ")", "[", "]", ";", ",", "+", "-", "*", "/", "%", "^", "!", ">", "<", "|", "?", ":", "~", "$", "=",
    "@", "&",
];

fn builtin(name: &[u8]) -> Option<Builtin> {
    Some(match name {
        b"and" => Builtin::And,
        b"atan2" => Builtin::Atan2,
        b"close" => Builtin::Close,
        b"compl" => Builtin::Compl,
        b"cos" => Builtin::Cos,
        b"exp" => Builtin::Exp,
        b"fflush" => Builtin::Fflush,
        b"gensub" => Builtin::Gensub,
        b"gsub" => Builtin::Gsub,
        b"index" => Builtin::Index,
        b"int" => Builtin::Int,
        b"length" => Builtin::Length,
        b"log" => Builtin::Log,
        b"lshift" => Builtin::Lshift,
        b"match" => Builtin::Match,
        b"mktime" => Builtin::Mktime,
        b"or" => Builtin::Or,
        b"rand" => Builtin::Rand,
        b"rshift" => Builtin::Rshift,
        b"sin" => Builtin::Sin,
        b"split" => Builtin::Split,
        b"sprintf" => Builtin::Sprintf,
        b"sqrt" => Builtin::Sqrt,
        b"srand" => Builtin::Srand,
        b"strftime" => Builtin::Strftime,
        b"strtonum" => Builtin::Strtonum,
        b"sub" => Builtin::Sub,
        b"substr" => Builtin::Substr,
        b"system" => Builtin::System,
        b"systime" => Builtin::Systime,
        b"tolower" => Builtin::Tolower,
        b"toupper" => Builtin::Toupper,
        b"xor" => Builtin::Xor,
        _ => return None,
    })
}

/// All tokens, `End` last.
pub(super) fn tokens(source: &[u8]) -> Result<Vec<Placed>, Unreadable> {
    let mut lexer = Lexer { source, at: 0, line: 1, out: Vec::new() };
    while lexer.next()? {}
    Ok(lexer.out)
}

struct Lexer<'s> {
    source: &'s [u8],
    at: usize,
    line: usize,
    out: Vec<Placed>,
}

impl Lexer<'_> {
    fn push(&mut self, token: Token, length: usize) -> bool {
        self.out.push((token, self.line));
        self.at += length;
        true
    }

    fn error(&self, text: &str) -> Unreadable {
        Unreadable { line: self.line, text: text.to_owned(), fatal: false }
    }

    /// One token; false at the end.
    fn next(&mut self) -> Result<bool, Unreadable> {
        self.skip();
        let rest = &self.source[self.at..];
        let Some(&byte) = rest.first() else {
            self.push(Token::Newline, 0);
            self.push(Token::End, 0);
            return Ok(false);
        };
        match byte {
            b'\n' => {
                self.push(Token::Newline, 1);
                self.line += 1;
                Ok(true)
            }
            b'"' => self.text(),
            b'/' if self.pattern_may_follow() => self.pattern(),
            b'0'..=b'9' | b'.' if number::decimal(rest).is_some() => self.number(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => Ok(self.word()),
            _ => match OPERATORS.iter().find(|o| rest.starts_with(o.as_bytes())) {
                Some(operator) => {
                    let symbol = match *operator {
                        "**" => "^",
                        "**=" => "^=",
                        other => other,
                    };
                    Ok(self.push(Token::Symbol(symbol), operator.len()))
                }
                None => Err(self.error("syntax error: unexpected character")),
            },
        }
    }

    /// Passes blanks, comments and continued lines.
    fn skip(&mut self) {
        loop {
            match self.source[self.at..] {
                [b' ' | b'\t' | b'\r', ..] => self.at += 1,
                [b'\\', b'\n', ..] => (self.at, self.line) = (self.at + 2, self.line + 1),
                [b'\\', b'\r', b'\n', ..] => (self.at, self.line) = (self.at + 3, self.line + 1),
                [b'#', ..] => {
                    let rest = &self.source[self.at..];
                    self.at += rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
                }
                _ => return,
            }
        }
    }

    /// A slash divides after a value; else it opens an expression.
    fn pattern_may_follow(&self) -> bool {
        !matches!(
            self.out.last(),
            Some((
                Token::Number(_)
                    | Token::Text(_)
                    | Token::Pattern(_)
                    | Token::Name(_)
                    | Token::Builtin(_)
                    | Token::Symbol(")" | "]" | "$" | "++" | "--"),
                _
            ))
        )
    }

    fn pattern(&mut self) -> Result<bool, Unreadable> {
        let rest = &self.source[self.at + 1..];
        let (mut at, mut text, mut bracket) = (0, Vec::new(), None);
        loop {
            match (rest.get(at), bracket) {
                (None | Some(b'\n'), _) => return Err(self.error("unterminated regexp")),
                (Some(b'/'), None) => break,
                (Some(b'\\'), _) if rest.get(at + 1) == Some(&b'/') => {
                    text.push(b'/');
                    at += 1;
                }
                (Some(b'\\'), _) if rest.get(at + 1).is_some_and(|b| *b != b'\n') => {
                    text.extend_from_slice(&rest[at..at + 2]);
                    at += 1;
                }
                (Some(b'['), None) => {
                    // A `]` right at the start is a member.
                    let start = at + 1 + usize::from(rest.get(at + 1) == Some(&b'^'));
                    bracket = Some(start);
                    text.push(b'[');
                }
                (Some(b']'), Some(start)) if at > start => {
                    bracket = None;
                    text.push(b']');
                }
                (Some(&byte), _) => text.push(byte),
            }
            at += 1;
        }
        Ok(self.push(Token::Pattern(text), at + 2))
    }

    fn text(&mut self) -> Result<bool, Unreadable> {
        let rest = &self.source[self.at + 1..];
        let mut at = 0;
        loop {
            match rest.get(at) {
                None | Some(b'\n') => return Err(self.error("unterminated string")),
                Some(b'"') => break,
                Some(b'\\') => at += 2,
                Some(_) => at += 1,
            }
        }
        let text = unescape(&rest[..at]);
        let lines = rest[..at].iter().filter(|b| **b == b'\n').count();
        self.push(Token::Text(text), at + 2);
        self.line += lines;
        Ok(true)
    }

    fn number(&mut self) -> Result<bool, Unreadable> {
        let rest = &self.source[self.at..];
        if let [b'0', b'x' | b'X', digits @ ..] = rest
            && digits.first().is_some_and(u8::is_ascii_hexdigit)
        {
            let length = digits.iter().take_while(|b| b.is_ascii_hexdigit()).count();
            let value = digits[..length]
                .iter()
                .fold(0.0, |n, b| n * 16.0 + f64::from(char::from(*b).to_digit(16).unwrap_or(0)));
            return Ok(self.push(Token::Number(value), length + 2));
        }
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let is_octal = rest[0] == b'0' && digits > 1 && rest[..digits].iter().all(|b| *b < b'8');
        if is_octal && !matches!(rest.get(digits), Some(b'.' | b'e' | b'E')) {
            let value = rest[..digits].iter().fold(0.0, |n, b| n * 8.0 + f64::from(b - b'0'));
            return Ok(self.push(Token::Number(value), digits));
        }
        let (value, length) = number::float(rest).ok_or_else(|| self.error("bad number"))?;
        Ok(self.push(Token::Number(value), length))
    }

    fn word(&mut self) -> bool {
        let rest = &self.source[self.at..];
        let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        let name = &rest[..length];
        let token = if let Some(keyword) = KEYWORDS.iter().find(|k| k.as_bytes() == name) {
            Token::Symbol(if *keyword == "func" { "function" } else { keyword })
        } else if let Some(builtin) = builtin(name) {
            Token::Builtin(builtin)
        } else if rest.get(length) == Some(&b'(') {
            Token::Function(name.to_vec())
        } else {
            Token::Name(name.to_vec())
        };
        self.push(token, length)
    }
}

/// A string's escapes.
pub(super) fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        let Some(&next) = text.get(at).filter(|_| byte == b'\\') else {
            out.push(byte);
            continue;
        };
        at += 1;
        match next {
            b'\n' => {}
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'v' => out.push(11),
            b'0'..=b'7' => {
                let digits = text[at - 1..].iter().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
                let value = text[at - 1..at - 1 + digits].iter().fold(0u32, |n, b| n * 8 + u32::from(b - b'0'));
                out.push((value & 0xff) as u8);
                at += digits - 1;
            }
            b'x' if text.get(at).is_some_and(u8::is_ascii_hexdigit) => {
                let digits = text[at..].iter().take(2).take_while(|b| b.is_ascii_hexdigit()).count();
                let value =
                    text[at..at + digits].iter().fold(0, |n, b| n * 16 + char::from(*b).to_digit(16).unwrap_or(0));
                out.push((value & 0xff) as u8);
                at += digits;
            }
            // Anything else stands for itself, with gawk's warning left out.
            _ => {
                let length = stream::character(&text[at - 1..]).max(1);
                out.extend_from_slice(&text[at - 1..at - 1 + length]);
                at += length - 1;
            }
        }
    }
    out
}
