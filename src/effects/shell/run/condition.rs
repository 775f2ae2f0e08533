//! `[[ … ]]`.

use std::cmp::Ordering;

use regex::bytes::{Regex, RegexBuilder};

use super::{Flow, Ran, Shell};
use crate::effects::{
    process::Status,
    shell::{
        builtins::files,
        expand::{Piece, as_pattern},
        state::Value,
        syntax::{Condition, Word},
        text::to_text,
    },
};

/// Steps of compiling an expression, at least.
const REGEX: usize = 100;
/// Bytes of a compiled expression.
const LARGEST: usize = 1 << 20;

impl Shell<'_, '_, '_> {
    pub(super) fn condition(&mut self, condition: &Condition) -> Ran {
        match self.holds(condition) {
            Ok(Some(holds)) => Ok(Status::from(holds)),
            Ok(None) => Ok(Status(2)),
            Err(flow) => Err(flow),
        }
    }

    /// Whether it holds; none for a mistake, which ends all of it.
    fn holds(&mut self, condition: &Condition) -> Result<Option<bool>, Flow> {
        self.step()?;
        match condition {
            Condition::Not(inner) => Ok(self.holds(inner)?.map(|holds| !holds)),
            Condition::And(left, right) => match self.holds(left)? {
                Some(true) => self.holds(right),
                other => Ok(other),
            },
            Condition::Or(left, right) => match self.holds(left)? {
                Some(false) => self.holds(right),
                other => Ok(other),
            },
            Condition::Unary(operator, word) => {
                let text = self.text(word)?;
                self.unary(operator.as_bytes()[1], &text).map(Some)
            }
            Condition::Binary(left, operator, right) => self.compare(left, operator, right),
        }
    }

    /// `-f x` and its kind, those of the shell among them.
    pub(in super::super) fn unary(&mut self, operator: u8, text: &[u8]) -> Result<bool, Flow> {
        Ok(match operator {
            b'n' => !text.is_empty(),
            b'z' => text.is_empty(),
            b'o' => self.state.options.get(&to_text(text)).unwrap_or(false),
            b'v' => return self.is_set(text),
            b'R' => self.state.variables.get(&to_text(text)).is_some_and(|v| v.reference),
            _ => files::test(self.process, operator, text),
        })
    }

    /// Whether a variable, an element or a parameter is set.
    fn is_set(&mut self, text: &[u8]) -> Result<bool, Flow> {
        let text = to_text(text);
        if let Ok(number) = text.parse::<usize>() {
            return Ok(number == 0 || number <= self.state.parameters.len());
        }
        match text.split_once('[').and_then(|(name, index)| Some((name, index.strip_suffix(']')?))) {
            None => Ok(self.value(&text).is_some()),
            Some((name, "@" | "*")) => Ok(!self.elements(name).is_empty()),
            Some((name, index)) => {
                let key = self.key_of(name, index.as_bytes())?;
                Ok(key.is_some_and(|key| self.element_at(name, &key).is_some()))
            }
        }
    }

    fn compare(&mut self, left: &Word, operator: &str, right: &Word) -> Result<Option<bool>, Flow> {
        let text = self.text(left)?;
        let holds = match operator {
            "=" | "==" => self.matches(right, &text)?,
            "!=" => !self.matches(right, &text)?,
            "=~" => return self.matches_regex(&text, right),
            "<" => text < self.text(right)?,
            ">" => text > self.text(right)?,
            "-nt" | "-ot" | "-ef" => {
                let other = self.text(right)?;
                files::compare(self.process, &text, operator, &other)
            }
            _ => {
                let other = self.text(right)?;
                let (left, right) = match (self.try_evaluate(&text)?, self.try_evaluate(&other)?) {
                    (Ok(left), Ok(right)) => (left, right),
                    (Err(message), _) | (_, Err(message)) => {
                        self.complain(&format!("[[: {message}"));
                        return Ok(Some(false));
                    }
                };
                holds(operator, left.cmp(&right))
            }
        };
        Ok(Some(holds))
    }

    /// `=~`: an extended regular expression; what is quoted in it is literal. Leaves BASH_REMATCH.
    fn matches_regex(&mut self, text: &[u8], right: &Word) -> Result<Option<bool>, Flow> {
        let pieces = self.pieces(right)?;
        let folded = self.state.options.shopt.contains("nocasematch");
        self.steps(REGEX)?;
        let Some(regex) = compile(&pieces, folded) else { return Ok(None) };
        self.study(text.len())?;
        let found = regex.captures(text);
        let groups = found.iter().flat_map(|c| c.iter().map(|m| m.map(|m| m.as_bytes().to_vec()).unwrap_or_default()));
        let groups = groups.enumerate().map(|(i, group)| (i as u64, group)).collect();
        let matches = found.is_some();
        self.state.variables.get_mut("BASH_REMATCH").value = Value::Indexed(groups);
        Ok(Some(matches))
    }
}

/// What `-eq` and its kind make of an order.
pub(in super::super) fn holds(operator: &str, order: Ordering) -> bool {
    match operator {
        "-eq" => order.is_eq(),
        "-ne" => order.is_ne(),
        "-lt" => order.is_lt(),
        "-le" => order.is_le(),
        "-gt" => order.is_gt(),
        _ => order.is_ge(),
    }
}

/// POSIX's syntax in the crate's: brackets hold no classes of its own, and a brace that counts nothing is one itself.
fn compile(pieces: &[Piece], folded: bool) -> Option<Regex> {
    let mut expression = String::new();
    translate(&to_text(&as_pattern(pieces)), &mut expression);
    RegexBuilder::new(&expression)
        .dot_matches_new_line(true)
        .size_limit(LARGEST)
        .dfa_size_limit(LARGEST)
        .case_insensitive(folded)
        .build()
        .ok()
}

fn translate(text: &str, out: &mut String) {
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        match chars[at] {
            '[' => match bracket(&chars, at + 1) {
                Some((class, end)) => {
                    out.push_str(&class);
                    at = end;
                    continue;
                }
                None => out.push_str("\\["),
            },
            '{' if !chars.get(at + 1).is_some_and(char::is_ascii_digit) => out.push_str("\\{"),
            '\\' if at + 1 < chars.len() => {
                at += 1;
                match chars[at] {
                    c @ ('w' | 'W' | 's' | 'S' | 'b' | 'B' | '<' | '>') => out.extend(['\\', c]),
                    c => out.push_str(&regex::escape(&c.to_string())),
                }
            }
            c => out.push(c),
        }
        at += 1;
    }
}

/// `[…]` from behind its bracket, and where it ends.
fn bracket(chars: &[char], mut at: usize) -> Option<(String, usize)> {
    let mut class = "[".to_owned();
    if chars.get(at) == Some(&'^') {
        class.push('^');
        at += 1;
    }
    let start = at;
    loop {
        let c = *chars.get(at)?;
        if c == ']' && at > start {
            class.push(']');
            return Some((class, at + 1));
        }
        if c == '[' && chars.get(at + 1) == Some(&':') {
            let length = chars[at..].windows(2).position(|w| w == [':', ']']).filter(|n| *n > 1)?;
            class.extend(&chars[at..at + length + 2]);
            at += length + 2;
            continue;
        }
        if let (true, Some(quoted)) = (c == '\\', chars.get(at + 1).filter(|n| n.is_ascii_punctuation())) {
            class.extend(['\\', *quoted]);
            at += 2;
            continue;
        }
        let is_range = c == '-' && at > start && chars.get(at + 1).is_some_and(|&n| n != ']');
        if !is_range && "[]\\&~^-".contains(c) {
            class.push('\\');
        }
        class.push(c);
        at += 1;
    }
}
