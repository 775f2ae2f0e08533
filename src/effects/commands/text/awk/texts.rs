//! `sub`, `gsub`, `gensub`, `match`, `split`.

use std::rc::Rc;

use super::{
    super::{
        pattern::{Captures, Pattern},
        stream,
    },
    cells::LONGEST,
    machine::{Machine, Stop},
    record::Separator,
    tree::{self, Expression, Place, Target},
    value::Value,
};

/// Which matches are replaced.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    Nth(usize),
}

impl<'i> Machine<'i, '_, '_> {
    /// `sub` and `gsub`: how many there were.
    pub(super) fn replace(&mut self, all: bool, arguments: &'i [Expression]) -> Result<Value, Stop> {
        let pattern = self.pattern(&arguments[0])?;
        let replacement = self.evaluate(&arguments[1])?;
        let replacement = self.bytes(&replacement);
        let target = arguments.get(2);
        let text = match target {
            Some(target) => {
                let value = self.evaluate(target)?;
                self.bytes(&value)
            }
            None => self.record_text(),
        };
        let which = if all { Which::All } else { Which::Nth(1) };
        let fill = |text: &[u8], captures: &Captures, out: &mut Vec<u8>| fill_plain(&replacement, text, captures, out);
        let (new, count) = self.replaced(&text, &pattern, which, fill)?;
        if count > 0 {
            let value = Value::Text(new.into());
            match target {
                None => self.set_field(0.0, value)?,
                Some(Expression::Value(target)) => self.assign(target, value)?,
                Some(_) => {}
            }
        }
        Ok(Value::Number(count as f64))
    }

    /// `gensub`: the new text.
    pub(super) fn gensub(&mut self, arguments: &'i [Expression]) -> Result<Value, Stop> {
        let pattern = self.pattern(&arguments[0])?;
        let replacement = self.evaluate(&arguments[1])?;
        let replacement = self.bytes(&replacement);
        let how = self.evaluate(&arguments[2])?;
        let how_text = self.bytes(&how);
        let which = match how_text.first() {
            Some(b'g' | b'G') => Which::All,
            _ => Which::Nth((how.number() as usize).max(1)),
        };
        let text = match arguments.get(3) {
            Some(target) => {
                let value = self.evaluate(target)?;
                self.bytes(&value)
            }
            None => self.record_text(),
        };
        let fill = |text: &[u8], captures: &Captures, out: &mut Vec<u8>| fill_groups(&replacement, text, captures, out);
        let (new, _) = self.replaced(&text, &pattern, which, fill)?;
        Ok(Value::Text(new.into()))
    }

    /// The text with matches replaced, and how many were. An empty match right behind another is none.
    fn replaced(
        &mut self,
        text: &[u8],
        pattern: &Pattern,
        which: Which,
        fill: impl Fn(&[u8], &Captures, &mut Vec<u8>),
    ) -> Result<(Vec<u8>, usize), Stop> {
        let (mut out, mut from, mut copied, mut found, mut count) = (Vec::new(), 0, 0, 0, 0);
        let mut last_end = None;
        while from <= text.len() {
            let Some(captures) = pattern.captures_at(text, from, &mut self.process.stage.budget) else { break };
            let (start, end) = captures.whole();
            if start < end || last_end != Some(start) {
                found += 1;
                if which == Which::All || which == Which::Nth(found) {
                    out.extend_from_slice(&text[copied..start]);
                    fill(text, &captures, &mut out);
                    copied = end;
                    count += 1;
                }
            }
            last_end = Some(end);
            from = if start == end { end + stream::character(&text[end..]).max(1) } else { end };
            if matches!(which, Which::Nth(n) if found >= n) {
                break;
            }
            if out.len() > LONGEST {
                return Err(self.fatal("a string is too long"));
            }
        }
        out.extend_from_slice(text.get(copied..).unwrap_or_default());
        if self.process.stage.budget.steps(out.len() as u64 / 256) { Ok((out, count)) } else { Err(Stop::Exhausted) }
    }

    /// `match`: where, and for gawk's third argument the groups.
    pub(super) fn matched(&mut self, arguments: &'i [Expression]) -> Result<Value, Stop> {
        let text = self.evaluate(&arguments[0])?;
        let text = self.bytes(&text);
        let pattern = self.pattern(&arguments[1])?;
        let captures = pattern.captures_at(&text, 0, &mut self.process.stage.budget);
        let characters = |range: &[u8]| stream::characters(range).count() as f64;
        let (start, length) = match &captures {
            Some(captures) => (characters(&text[..captures.whole().0]) + 1.0, characters(captures.text(&text, 0))),
            None => (0.0, -1.0),
        };
        self.set_special(tree::RSTART, Value::Number(start));
        self.set_special(tree::RLENGTH, Value::Number(length));
        if let Some(place) = self.array_argument(arguments.get(2))? {
            let array = self.array(place)?;
            let separator = self.special(tree::SUBSEP);
            let mut array = array.borrow_mut();
            array.clear();
            for group in 0..=pattern.groups() {
                let Some((low, high)) = captures.as_ref().and_then(|c| c.span(group)) else { continue };
                let key = group.to_string().into_bytes();
                let with = |what: &[u8]| [&key[..], &separator, what].concat();
                array.insert(with(b"start"), Value::Number(characters(&text[..low]) + 1.0));
                array.insert(with(b"length"), Value::Number(characters(&text[low..high])));
                array.insert(key, Value::input(&text[low..high]));
            }
        }
        Ok(Value::Number(start))
    }

    /// `split`: how many pieces.
    pub(super) fn split(&mut self, arguments: &'i [Expression]) -> Result<Value, Stop> {
        let text = self.evaluate(&arguments[0])?;
        let text = self.bytes(&text);
        let separator = match arguments.get(2) {
            None => {
                let separator = self.special(tree::FS);
                self.separator(&separator)?
            }
            Some(Expression::Pattern(_)) => Separator::Pattern(self.pattern(&arguments[2])?),
            Some(expression) => {
                let value = self.evaluate(expression)?;
                let separator = self.bytes(&value);
                self.separator(&separator)?
            }
        };
        let Some(place) = self.array_argument(Some(&arguments[1]))? else {
            return Err(self.fatal("split: second argument is not an array"));
        };
        let pieces = self.cut(&text, &separator);
        if !self.process.stage.budget.steps(4 * pieces.len() as u64) {
            return Err(Stop::Exhausted);
        }
        let array = self.array(place)?;
        let mut array = array.borrow_mut();
        array.clear();
        let count = pieces.len();
        for (piece, n) in pieces.iter().zip(1..) {
            array.insert(n.to_string().into_bytes(), Value::input(piece));
        }
        Ok(Value::Number(count as f64))
    }

    /// The place of an argument that must be an array.
    fn array_argument(&mut self, argument: Option<&'i Expression>) -> Result<Option<Place>, Stop> {
        match argument {
            None => Ok(None),
            Some(Expression::Value(Target::Variable(place))) => Ok(Some(*place)),
            Some(_) => Err(self.fatal("an argument is not an array")),
        }
    }

    /// How many elements a variable has, where it is an array.
    pub(super) fn array_size(&mut self, place: Place) -> Option<usize> {
        match self.share(place) {
            super::cells::Cell::Array(array) => Some(Rc::clone(&array).borrow().len()),
            _ => None,
        }
    }
}

/// `&` is the match, `\&` an ampersand, `\\` before an ampersand one backslash.
fn fill_plain(replacement: &[u8], text: &[u8], captures: &Captures, out: &mut Vec<u8>) {
    let mut at = 0;
    while at < replacement.len() {
        match replacement[at..] {
            [b'&', ..] => out.extend_from_slice(captures.text(text, 0)),
            [b'\\', b'&', ..] => {
                out.push(b'&');
                at += 1;
            }
            [b'\\', b'\\', b'&', ..] => {
                out.push(b'\\');
                at += 1;
            }
            [byte, ..] => out.push(byte),
            [] => {}
        }
        at += 1;
    }
}

/// `\0` to `\9` are groups, `&` the match.
fn fill_groups(replacement: &[u8], text: &[u8], captures: &Captures, out: &mut Vec<u8>) {
    let mut at = 0;
    while at < replacement.len() {
        match replacement[at..] {
            [b'&', ..] => out.extend_from_slice(captures.text(text, 0)),
            [b'\\', digit @ b'0'..=b'9', ..] => {
                out.extend_from_slice(captures.text(text, usize::from(digit - b'0')));
                at += 1;
            }
            [b'\\', next, ..] => {
                out.push(next);
                at += 1;
            }
            [byte, ..] => out.push(byte),
            [] => {}
        }
        at += 1;
    }
}
