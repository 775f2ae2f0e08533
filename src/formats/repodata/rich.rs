//! Rich (boolean) dependencies: `(a or b >= 2)`, `(a if b else c)`, `(a with b)`, nested.

use super::Requirement;

/// Nesting deeper than this is refused; rpm itself stops where its stack does, real packages nest two or three deep.
const MAX_DEPTH: usize = 32;
/// Longer texts are refused.
const MAX_LENGTH: usize = 64 << 10;

/// A dependency, plain or rich.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rich {
    /// A name and perhaps a range.
    Plain(Requirement),
    /// All of them.
    And(Vec<Rich>),
    /// At least one of them.
    Or(Vec<Rich>),
    /// `(then if when else otherwise)`: `then` where `when` holds, else `otherwise` (nothing, if absent).
    If {
        /// Needed where the condition holds.
        then: Box<Rich>,
        /// The condition.
        when: Box<Rich>,
        /// Needed where it does not.
        otherwise: Option<Box<Rich>>,
    },
    /// `(then unless when else otherwise)`: `then` where `when` does not hold, else `otherwise`.
    Unless {
        /// Needed where the condition does not hold.
        then: Box<Rich>,
        /// The condition.
        when: Box<Rich>,
        /// Needed where it does.
        otherwise: Option<Box<Rich>>,
    },
    /// One package that is both.
    With(Vec<Rich>),
    /// One package that is the first and not the second.
    Without(Box<Rich>, Box<Rich>),
}

/// Text that is no dependency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RichError {
    /// Parentheses, operators or operands are wrong.
    #[error("dependency {text:?} is malformed")]
    Malformed {
        /// The text, cut at 100 characters.
        text: String,
    },
    /// Nested or long beyond reason.
    #[error("dependency {text:?} is nested or long beyond the limit")]
    TooDeep {
        /// Its beginning.
        text: String,
    },
    /// Two operators at one level, which rpm allows for none but repetition of `and`, `or`, `with`.
    #[error("dependency {text:?} mixes operators without parentheses")]
    Mixed {
        /// The text, cut at 100 characters.
        text: String,
    },
}

impl Rich {
    /// Parses `(…)`, or a plain dependency.
    ///
    /// # Errors
    /// Malformed, mixed or too deeply nested text.
    pub fn parse(text: &str) -> Result<Self, RichError> {
        if text.len() > MAX_LENGTH {
            return Err(RichError::TooDeep { text: text.chars().take(100).collect() });
        }
        let mut parser = Parser { whole: text, rest: text.trim() };
        if !parser.rest.starts_with('(') {
            return Ok(Self::Plain(text.parse()?));
        }
        let rich = parser.group(0)?;
        if parser.rest.trim().is_empty() { Ok(rich) } else { Err(parser.malformed()) }
    }

    /// Whether `text` looks like a rich dependency: rpm's rule is the opening parenthesis.
    pub fn is_rich(text: &str) -> bool {
        text.starts_with('(')
    }
}

struct Parser<'a> {
    whole: &'a str,
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn malformed(&self) -> RichError {
        RichError::Malformed { text: self.whole.chars().take(100).collect() }
    }

    /// `(operand [op operand]…)`, the cursor on the parenthesis.
    fn group(&mut self, depth: usize) -> Result<Rich, RichError> {
        if depth >= MAX_DEPTH {
            return Err(RichError::TooDeep { text: self.whole.chars().take(100).collect() });
        }
        self.rest = self.rest.strip_prefix('(').ok_or_else(|| self.malformed())?;
        let first = self.operand(depth)?;
        self.skip_blanks();
        if self.close() {
            return Ok(first);
        }
        let operator = self.word();
        let mut operands = vec![first, self.operand(depth)?];
        let mut otherwise = None;
        loop {
            self.skip_blanks();
            if self.close() {
                break;
            }
            match (operator, self.word()) {
                ("and", "and") | ("or", "or") | ("with", "with") => operands.push(self.operand(depth)?),
                ("if" | "unless", "else") if otherwise.is_none() => otherwise = Some(Box::new(self.operand(depth)?)),
                (_, "and" | "or" | "if" | "unless" | "else" | "with" | "without") => {
                    return Err(RichError::Mixed { text: self.whole.chars().take(100).collect() });
                }
                _ => return Err(self.malformed()),
            }
        }
        let mut two = operands.into_iter();
        let mut next = || Box::new(two.next().expect("two operands were parsed"));
        Ok(match operator {
            "if" => Rich::If { then: next(), when: next(), otherwise },
            "unless" => Rich::Unless { then: next(), when: next(), otherwise },
            "without" => Rich::Without(next(), next()),
            "and" => Rich::And(two.collect()),
            "or" => Rich::Or(two.collect()),
            "with" => Rich::With(two.collect()),
            _ => return Err(self.malformed()),
        })
    }

    fn operand(&mut self, depth: usize) -> Result<Rich, RichError> {
        self.skip_blanks();
        if self.rest.starts_with('(') {
            return self.group(depth + 1);
        }
        let name = self.word();
        if name.is_empty() {
            return Err(self.malformed());
        }
        let after_name = self.rest;
        self.skip_blanks();
        let operator_len = self.rest.bytes().take_while(|b| matches!(b, b'<' | b'=' | b'>')).count();
        if operator_len == 0 {
            self.rest = after_name;
            return Ok(Rich::Plain(Requirement::any(name)));
        }
        let (operator, rest) = self.rest.split_at(operator_len);
        self.rest = rest;
        self.skip_blanks();
        let sense = super::Sense::from_operator(operator).ok_or_else(|| self.malformed())?;
        let evr = self.word().parse().map_err(|_| self.malformed())?;
        Ok(Rich::Plain(Requirement { name: name.to_owned(), sense, evr }))
    }

    /// Up to a blank or the parenthesis that closes the group; `libc.so.6()(64bit)` is one word.
    fn word(&mut self) -> &'a str {
        self.skip_blanks();
        let mut open = 0usize;
        let mut end = self.rest.len();
        for (i, b) in self.rest.bytes().enumerate() {
            match b {
                b'(' => open += 1,
                b')' if open > 0 => open -= 1,
                b')' | b' ' | b'\t' | b'\n' | b'\r' => {
                    end = i;
                    break;
                }
                _ => {}
            }
        }
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn close(&mut self) -> bool {
        match self.rest.strip_prefix(')') {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}
