//! `$((…))`: 64-bit integers with C's operators, evaluated while they are read.

use crate::effects::shell::{
    run::{Flow, Shell},
    syntax::Word,
    text::to_text,
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

/// What `OP=` exists for.
const ASSIGNED: &[&str] = &["<<=", ">>=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "="];

/// A variable or an element of one.
struct Place {
    name: String,
    index: Option<Vec<u8>>,
}

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

    fn primary(&mut self) -> Value {
        if self.eat("(") {
            let value = self.comma()?;
            return if self.eat(")") { Ok(value) } else { self.error("missing `)'") };
        }
        match self.text.get(self.at) {
            Some(b) if b.is_ascii_digit() => self.number(),
            _ => match self.place()? {
                Some(place) => self.variable(&place),
                None => self.error("syntax error: operand expected"),
            },
        }
    }

    /// A variable's name and subscript, if one stands here.
    fn place(&mut self) -> Result<Option<Place>, Failure> {
        let rest = &self.text[self.at..];
        let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        if length == 0 || rest[0].is_ascii_digit() {
            return Ok(None);
        }
        let name = to_text(&rest[..length]);
        self.at += length;
        let mut index = None;
        if self.text.get(self.at) == Some(&b'[') {
            let Some(length) = closing_bracket(&self.text[self.at + 1..]) else {
                return self.error("bad array subscript");
            };
            index = Some(self.text[self.at + 1..self.at + 1 + length].to_vec());
            self.at += length + 2;
        }
        self.blanks();
        Ok(Some(Place { name, index }))
    }

    /// A variable's value, after what is assigned to it here.
    fn variable(&mut self, place: &Place) -> Value {
        for (token, by) in [("++", 1), ("--", -1)] {
            if self.eat(token) {
                let before = self.read(place)?;
                self.write(place, before.wrapping_add(by))?;
                return Ok(before);
            }
        }
        let rest = &self.text[self.at..];
        let Some(token) = ASSIGNED.iter().find(|t| rest.starts_with(t.as_bytes())).filter(|_| !rest.starts_with(b"=="))
        else {
            return self.read(place);
        };
        self.eat(token);
        self.deeper()?;
        let right = self.conditional()?;
        self.depth -= 1;
        let value = match token.strip_suffix('=') {
            Some("") | None => right,
            Some(operator) => {
                let left = self.read(place)?;
                self.apply(operator, left, right)?
            }
        };
        self.write(place, value)
    }

    fn read(&mut self, place: &Place) -> Value {
        if self.idle > 0 {
            return Ok(0);
        }
        let value = match &place.index {
            None => self.shell.value(&place.name),
            Some(index) => {
                let key = self.shell.key_of(&place.name, index)?;
                key.and_then(|key| self.shell.element_at(&place.name, &key))
            }
        };
        let Some(value) = value else {
            if self.shell.state.options.nounset {
                return Err(Failure::Flow(self.shell.fatal(&format!("{}: unbound variable", place.name))));
            }
            return Ok(0);
        };
        // Mostly a number.
        match std::str::from_utf8(&value)
            .ok()
            .filter(|v| !v.starts_with('0') || v.len() == 1)
            .and_then(|v| v.parse().ok())
        {
            Some(number) => Ok(number),
            None => evaluate(self.shell, &value, self.depth + 1, self.idle > 0),
        }
    }

    fn write(&mut self, place: &Place, value: i64) -> Value {
        if self.idle == 0 {
            self.shell.assign(&place.name, place.index.as_deref(), value.to_string().into_bytes(), false)?;
        }
        Ok(value)
    }

    /// Decimal, `0x…`, `0…` or `base#…`.
    fn number(&mut self) -> Value {
        let rest = &self.text[self.at..];
        let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || b"#@_".contains(b)).count();
        let digits = &rest[..length];
        let (base, digits) = match digits.iter().position(|&b| b == b'#') {
            Some(at) => {
                (std::str::from_utf8(&digits[..at]).ok().and_then(|b| b.parse().ok()).unwrap_or(0), &digits[at + 1..])
            }
            None if digits.starts_with(b"0x") || digits.starts_with(b"0X") => (16, &digits[2..]),
            None if digits.starts_with(b"0") => (8, &digits[1..]),
            None => (10, digits),
        };
        if !(2..=64).contains(&base) {
            return self.error("invalid arithmetic base");
        }
        let mut value = 0_i64;
        for &b in digits {
            let digit = match b {
                b'0'..=b'9' => b - b'0',
                b'a'..=b'z' => b - b'a' + 10,
                b'A'..=b'Z' if base <= 36 => b - b'A' + 10,
                b'A'..=b'Z' => b - b'A' + 36,
                b'@' => 62,
                _ => 63,
            };
            if i64::from(digit) >= base {
                return self.error("value too great for base");
            }
            value = value.wrapping_mul(base).wrapping_add(i64::from(digit));
        }
        self.at += length;
        self.blanks();
        Ok(value)
    }
}

fn closing_bracket(text: &[u8]) -> Option<usize> {
    let mut open = 0;
    for (at, b) in text.iter().enumerate() {
        match b {
            b'[' => open += 1,
            b']' if open == 0 => return Some(at),
            b']' => open -= 1,
            _ => {}
        }
    }
    None
}
