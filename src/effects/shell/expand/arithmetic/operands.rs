//! Numbers and variables.

use super::{Failure, Reader, Value, evaluate};
use crate::effects::shell::text::to_text;

/// What `OP=` exists for.
const ASSIGNED: &[&str] = &["<<=", ">>=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "="];

/// A variable or an element of one.
pub(super) struct Place {
    name: String,
    index: Option<Vec<u8>>,
}

impl Reader<'_, '_, '_, '_> {
    pub(super) fn primary(&mut self) -> Value {
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
    pub(super) fn place(&mut self) -> Result<Option<Place>, Failure> {
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

    pub(super) fn read(&mut self, place: &Place) -> Value {
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

    pub(super) fn write(&mut self, place: &Place, value: i64) -> Value {
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
