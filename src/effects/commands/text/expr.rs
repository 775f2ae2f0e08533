//! `expr`: 0 for a value, 1 for the empty string or 0, 2 for a bad expression.

use super::{
    pattern::{Pattern, Syntax},
    stream,
};
use crate::effects::process::{Process, Status};

/// Parentheses inside one another.
const DEEPEST: usize = 200;

/// An expression that makes no sense.
type Refused = String;

struct Evaluation<'e, 'p, 'a> {
    process: &'e mut Process<'p, 'a>,
    args: Vec<Vec<u8>>,
    at: usize,
    depth: usize,
}

/// `expr EXPRESSION`
pub(super) fn expr(process: &mut Process<'_, '_>) -> Status {
    let mut args = process.args.get(1..).unwrap_or_default().to_vec();
    if args.first().is_some_and(|a| a == b"--") {
        args.remove(0);
    }
    if args.is_empty() {
        process.usage("missing operand");
        return Status(2);
    }
    let mut evaluation = Evaluation { process, args, at: 0, depth: 0 };
    let value = evaluation.or(true).and_then(|value| match evaluation.args.get(evaluation.at) {
        Some(extra) => Err(format!("syntax error: unexpected argument '{}'", stream::text(extra))),
        None => Ok(value),
    });
    match value {
        Err(text) => {
            process.fail(text);
            Status(2)
        }
        Ok(value) => {
            process.out([&value[..], b"\n"].concat());
            Status::from(!is_null(&value))
        }
    }
}

/// Empty, or a zero.
fn is_null(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    value.is_empty() || !digits.is_empty() && digits.iter().all(|b| *b == b'0')
}

fn integer(value: &[u8]) -> Option<i128> {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(value).ok().filter(|_| is_number)?.parse().ok()
}

fn truth(value: bool) -> Vec<u8> {
    if value { b"1".to_vec() } else { b"0".to_vec() }
}

impl Evaluation<'_, '_, '_> {
    /// Whether one of these stands here; it is passed.
    fn next(&mut self, operators: &[&'static [u8]]) -> Option<&'static [u8]> {
        let here = self.args.get(self.at)?;
        let found = operators.iter().find(|o| *o == here)?;
        self.at += 1;
        Some(found)
    }

    /// `|`: what is not evaluated is still read.
    fn or(&mut self, live: bool) -> Result<Vec<u8>, Refused> {
        let mut left = self.and(live)?;
        while self.next(&[b"|"]).is_some() {
            let right = self.and(live && is_null(&left))?;
            if is_null(&left) {
                left = if is_null(&right) { truth(false) } else { right };
            }
        }
        Ok(left)
    }

    fn and(&mut self, live: bool) -> Result<Vec<u8>, Refused> {
        let mut left = self.comparison(live)?;
        while self.next(&[b"&"]).is_some() {
            let right = self.comparison(live && !is_null(&left))?;
            if is_null(&left) || is_null(&right) {
                left = truth(false);
            }
        }
        Ok(left)
    }

    fn comparison(&mut self, live: bool) -> Result<Vec<u8>, Refused> {
        let mut left = self.sum(live)?;
        while let Some(operator) = self.next(&[b"<", b"<=", b"=", b"==", b"!=", b">=", b">"]) {
            let right = self.sum(live)?;
            let order = match (integer(&left), integer(&right)) {
                (Some(a), Some(b)) => a.cmp(&b),
                _ => left.cmp(&right),
            };
            left = truth(match operator {
                b"<" => order.is_lt(),
                b"<=" => order.is_le(),
                b"!=" => order.is_ne(),
                b">=" => order.is_ge(),
                b">" => order.is_gt(),
                _ => order.is_eq(),
            });
        }
        Ok(left)
    }

    fn sum(&mut self, live: bool) -> Result<Vec<u8>, Refused> {
        let mut left = self.product(live)?;
        while let Some(operator) = self.next(&[b"+", b"-"]) {
            let right = self.product(live)?;
            left = if live { arithmetic(&left, operator, &right)? } else { left };
        }
        Ok(left)
    }

    fn product(&mut self, live: bool) -> Result<Vec<u8>, Refused> {
        let mut left = self.matching(live)?;
        while let Some(operator) = self.next(&[b"*", b"/", b"%"]) {
            let right = self.matching(live)?;
            left = if live { arithmetic(&left, operator, &right)? } else { left };
        }
        Ok(left)
    }

    fn matching(&mut self, live: bool) -> Result<Vec<u8>, Refused> {
        let mut left = self.word(live)?;
        while self.next(&[b":"]).is_some() {
            let right = self.word(live)?;
            left = if live { self.matched(&left, &right)? } else { left };
        }
        Ok(left)
    }

    /// `match`, `substr`, `index`, `length`, `+`.
    fn word(&mut self, live: bool) -> Result<Vec<u8>, Refused> {
        self.depth += 1;
        if self.depth > DEEPEST || !self.process.stage.budget.step() {
            return Err("expression too deep".to_owned());
        }
        let value = match self.next(&[b"+", b"length", b"match", b"index", b"substr"]) {
            Some(b"+") => self.argument(),
            Some(b"length") => {
                let text = self.word(live)?;
                Ok(stream::characters(&text).count().to_string().into_bytes())
            }
            Some(b"match") => {
                let (text, pattern) = (self.word(live)?, self.word(live)?);
                if live { self.matched(&text, &pattern) } else { Ok(text) }
            }
            Some(b"index") => {
                let (text, set) = (self.word(live)?, self.word(live)?);
                let place = stream::characters(&text).position(|c| stream::characters(&set).any(|s| s == c));
                Ok(place.map_or(0, |n| n + 1).to_string().into_bytes())
            }
            Some(_) => {
                let (text, from, length) = (self.word(live)?, self.word(live)?, self.word(live)?);
                Ok(part(&text, integer(&from), integer(&length)))
            }
            None => self.primary(live),
        };
        self.depth -= 1;
        value
    }

    fn primary(&mut self, live: bool) -> Result<Vec<u8>, Refused> {
        if self.next(&[b"("]).is_some() {
            let value = self.or(live)?;
            return match self.args.get(self.at) {
                Some(close) if close == b")" => {
                    self.at += 1;
                    Ok(value)
                }
                Some(other) => Err(format!("syntax error: expecting ')' instead of '{}'", stream::text(other))),
                None => {
                    let last = self.args.last().map(Vec::as_slice).unwrap_or_default();
                    Err(format!("syntax error: expecting ')' after '{}'", stream::text(last)))
                }
            };
        }
        if self.next(&[b")"]).is_some() {
            return Err("syntax error: unexpected ')'".to_owned());
        }
        self.argument()
    }

    fn argument(&mut self) -> Result<Vec<u8>, Refused> {
        self.at += 1;
        self.args.get(self.at - 1).cloned().ok_or_else(|| {
            let last = self.args.last().map(Vec::as_slice).unwrap_or_default();
            format!("syntax error: missing argument after '{}'", stream::text(last))
        })
    }

    /// The first group of a match at the start, or how many characters matched.
    fn matched(&mut self, text: &[u8], source: &[u8]) -> Result<Vec<u8>, Refused> {
        let pattern = Pattern::new(source, Syntax::BASIC).map_err(|e| e.to_string())?;
        let found = pattern.captures_at(text, 0, &mut self.process.stage.budget).filter(|c| c.whole().0 == 0);
        Ok(match (found, pattern.groups() > 0) {
            (Some(found), true) => found.text(text, 1).to_vec(),
            (Some(found), false) => stream::characters(found.text(text, 0)).count().to_string().into_bytes(),
            (None, true) => Vec::new(),
            (None, false) => truth(false),
        })
    }
}

fn part(text: &[u8], from: Option<i128>, length: Option<i128>) -> Vec<u8> {
    let (Some(from), Some(length)) = (from, length) else { return Vec::new() };
    if from <= 0 || length <= 0 {
        return Vec::new();
    }
    let size = |n: i128| usize::try_from(n).unwrap_or(usize::MAX);
    stream::characters(text).skip(size(from - 1)).take(size(length)).flatten().copied().collect()
}

fn arithmetic(left: &[u8], operator: &[u8], right: &[u8]) -> Result<Vec<u8>, Refused> {
    let (Some(a), Some(b)) = (integer(left), integer(right)) else { return Err("non-integer argument".to_owned()) };
    if b == 0 && matches!(operator, b"/" | b"%") {
        return Err("division by zero".to_owned());
    }
    let value = match operator {
        b"+" => a.checked_add(b),
        b"-" => a.checked_sub(b),
        b"*" => a.checked_mul(b),
        b"/" => a.checked_div(b),
        _ => a.checked_rem(b),
    };
    value.map(|v| v.to_string().into_bytes()).ok_or_else(|| "Numerical result out of range".to_owned())
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn expressions_have_values() {
        for (line, status, out) in [
            ("1 + 2 * 3", 0, "7\n"),
            ("( 1 + 2 ) * 3", 0, "9\n"),
            ("10 % 3 - 1", 1, "0\n"),
            ("abc : a\\(.\\)", 0, "b\n"),
            ("abc : .*", 0, "3\n"),
            ("abc : b", 1, "0\n"),
            ("abc : \\(x\\)", 1, "\n"),
            ("10 > 9", 0, "1\n"),
            ("b > a & 0", 1, "0\n"),
            ("0 | x", 0, "x\n"),
            ("length abc", 0, "3\n"),
            ("substr abcdef 2 3", 0, "bcd\n"),
            ("index abc cb", 0, "2\n"),
            ("+ length", 0, "length\n"),
            ("1 / 0", 2, ""),
            ("a + 1", 2, ""),
            ("1 +", 2, ""),
            ("1 2", 2, ""),
            ("( 1", 2, ""),
        ] {
            let args: Vec<_> = ["expr"].into_iter().chain(line.split(' ')).collect();
            let ran = Image::new().programs(&["expr"]).run(&args, "");
            assert_eq!((ran.status.0, ran.out.as_str()), (status, out), "{line}");
        }
    }
}
