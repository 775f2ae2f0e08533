//! `$((…))`: 64-bit integers with C's operators, evaluated while they are read.

mod operands;

use crate::effects::shell::{
    run::{Flow, Shell},
    syntax::Word,
};

/// Parentheses, and variables whose values are expressions, inside one another.
const DEEPEST: u32 = 32;

/// Why there is no value.
enum Failure {
    Message(String),
    Flow(Flow),
}

type Value = Result<i64, Failure>;

impl From<Flow> for Failure {
    fn from(flow: Flow) -> Self {
        Self::Flow(flow)
    }
}

impl Shell<'_, '_, '_> {
    /// The value of an expression, after its own expansions.
    pub(in super::super) fn arithmetic(&mut self, word: &Word) -> Result<i64, Flow> {
        let text = self.text(word)?;
        self.evaluate(&text)
    }

    /// The value of an expanded expression.
    pub(in super::super) fn evaluate(&mut self, text: &[u8]) -> Result<i64, Flow> {
        match self.try_evaluate(text)? {
            Ok(value) => Ok(value),
            Err(message) => Err(self.expansion_error(&message)),
        }
    }

    /// The same, with what is wrong as a message.
    pub(in super::super) fn try_evaluate(&mut self, text: &[u8]) -> Result<Result<i64, String>, Flow> {
        match evaluate(self, text, 0, false) {
            Ok(value) => Ok(Ok(value)),
            Err(Failure::Message(message)) => {
                Ok(Err(format!("{}: {message}", String::from_utf8_lossy(text).trim_start())))
            }
            Err(Failure::Flow(flow)) => Err(flow),
        }
    }
}

fn evaluate(shell: &mut Shell<'_, '_, '_>, text: &[u8], depth: u32, idle: bool) -> Value {
    if depth > DEEPEST {
        return Err(Failure::Message("expression recursion level exceeded".to_owned()));
    }
    shell.steps(1 + text.len() / 4)?;
    let mut reader = Reader { shell, text, at: 0, depth, idle: u32::from(idle) };
    reader.blanks();
    if reader.at == text.len() {
        return Ok(0);
    }
    let value = reader.comma()?;
    if reader.at < text.len() {
        let rest = String::from_utf8_lossy(&text[reader.at..]).into_owned();
        return Err(Failure::Message(format!("syntax error in expression (error token is \"{rest}\")")));
    }
    Ok(value)
}

struct Reader<'r, 's, 'p, 'a> {
    shell: &'r mut Shell<'s, 'p, 'a>,
    text: &'r [u8],
    at: usize,
    depth: u32,
    /// Above 0 nothing is assigned: the side of `&&`, `||` or `?:` that does not count.
    idle: u32,
}

/// Binary operators by rising precedence.
const LEVELS: &[&[&str]] = &[
    &["||"],
    &["&&"],
    &["|"],
    &["^"],
    &["&"],
    &["==", "!="],
    &["<=", ">=", "<", ">"],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "%"],
];

impl Reader<'_, '_, '_, '_> {
    fn blanks(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.text[self.at..].starts_with(token.as_bytes());
        if found {
            self.at += token.len();
            self.blanks();
        }
        found
    }

    fn error<T>(&self, message: &str) -> Result<T, Failure> {
        let rest = String::from_utf8_lossy(&self.text[self.at..]).into_owned();
        Err(Failure::Message(format!("{message} (error token is \"{rest}\")")))
    }

    fn comma(&mut self) -> Value {
        let mut value = self.conditional()?;
        while self.eat(",") {
            value = self.conditional()?;
        }
        Ok(value)
    }

    fn conditional(&mut self) -> Value {
        let condition = self.binary(0)?;
        if !self.eat("?") {
            return Ok(condition);
        }
        self.deeper()?;
        self.idle += u32::from(condition == 0);
        let yes = self.comma()?;
        self.idle -= u32::from(condition == 0);
        if !self.eat(":") {
            return self.error("`:' expected for conditional expression");
        }
        self.idle += u32::from(condition != 0);
        let no = self.conditional()?;
        self.idle -= u32::from(condition != 0);
        self.depth -= 1;
        Ok(if condition == 0 { no } else { yes })
    }

    fn deeper(&mut self) -> Result<(), Failure> {
        self.depth += 1;
        if self.depth > DEEPEST { self.error("expression recursion level exceeded") } else { Ok(()) }
    }

    /// The operator of a level that stands here, and not the beginning of a longer one.
    fn operator(&mut self, level: usize) -> Option<&'static str> {
        let rest = &self.text[self.at..];
        let operator = LEVELS[level].iter().find(|o| rest.starts_with(o.as_bytes()))?;
        let next = rest.get(operator.len());
        let is_longer = match *operator {
            "|" | "&" | "<" | ">" => next == Some(&operator.as_bytes()[0]) || next == Some(&b'='),
            "*" => matches!(next, Some(b'*' | b'=')),
            "==" | "!=" | "<=" | ">=" | "||" | "&&" => false,
            _ => next == Some(&b'='),
        };
        if is_longer {
            return None;
        }
        self.at += operator.len();
        self.blanks();
        Some(operator)
    }

    fn binary(&mut self, level: usize) -> Value {
        if level == LEVELS.len() {
            return self.power();
        }
        let mut left = self.binary(level + 1)?;
        while let Some(operator) = self.operator(level) {
            let decided = match operator {
                "||" => left != 0,
                "&&" => left == 0,
                _ => false,
            };
            self.idle += u32::from(decided);
            let right = self.binary(level + 1)?;
            self.idle -= u32::from(decided);
            left = self.apply(operator, left, right)?;
        }
        Ok(left)
    }

    fn apply(&self, operator: &str, left: i64, right: i64) -> Value {
        Ok(match operator {
            "||" => i64::from(left != 0 || right != 0),
            "&&" => i64::from(left != 0 && right != 0),
            "|" => left | right,
            "^" => left ^ right,
            "&" => left & right,
            "==" => i64::from(left == right),
            "!=" => i64::from(left != right),
            "<=" => i64::from(left <= right),
            ">=" => i64::from(left >= right),
            "<" => i64::from(left < right),
            ">" => i64::from(left > right),
            "<<" => left.wrapping_shl(right as u32),
            ">>" => left.wrapping_shr(right as u32),
            "+" => left.wrapping_add(right),
            "-" => left.wrapping_sub(right),
            "*" => left.wrapping_mul(right),
            _ if right == 0 && self.idle > 0 => 0,
            _ if right == 0 => return Err(Failure::Message("division by 0 (error token is \"0\")".to_owned())),
            "/" => left.wrapping_div(right),
            _ => left.wrapping_rem(right),
        })
    }

    /// `**`, which binds less than a sign, and to the right.
    fn power(&mut self) -> Value {
        let base = self.unary()?;
        if !self.eat("**") {
            return Ok(base);
        }
        self.deeper()?;
        let exponent = self.power()?;
        self.depth -= 1;
        if exponent < 0 {
            return self.error("exponent less than 0");
        }
        let (mut value, mut factor, mut left) = (1_i64, base, exponent);
        while left > 0 {
            if left & 1 == 1 {
                value = value.wrapping_mul(factor);
            }
            factor = factor.wrapping_mul(factor);
            left >>= 1;
        }
        Ok(value)
    }

    fn unary(&mut self) -> Value {
        self.deeper()?;
        let value = self.signed();
        self.depth -= 1;
        value
    }

    fn signed(&mut self) -> Value {
        for (token, by) in [("++", 1), ("--", -1)] {
            let before = self.at;
            if self.eat(token) {
                if let Some(place) = self.place()? {
                    let value = self.read(&place)?.wrapping_add(by);
                    return self.write(&place, value);
                }
                // Two signs.
                self.at = before;
            }
        }
        let c = self.text.get(self.at).copied();
        if matches!(c, Some(b'!' | b'~' | b'+' | b'-')) {
            self.at += 1;
            self.blanks();
        }
        match c {
            Some(b'!') => Ok(i64::from(self.unary()? == 0)),
            Some(b'~') => Ok(!self.unary()?),
            Some(b'+') => self.unary(),
            Some(b'-') => Ok(self.unary()?.wrapping_neg()),
            _ => self.primary(),
        }
    }
}
