//! `$0` and its fields.

use std::rc::Rc;

use super::{
    super::{
        pattern::{Pattern, Syntax},
        stream,
    },
    machine::{Machine, Stop},
    tree,
    value::Value,
};

/// Fields a record may have.
const MOST: f64 = 1_000_000.0;

/// The record, split when first asked for a field.
#[derive(Debug, Default)]
pub(super) struct Record {
    text: Rc<[u8]>,
    pub fields: Vec<Value>,
    is_split: bool,
    /// A field was changed: the text is to be made anew.
    is_stale: bool,
    /// FS as it was when the record was read.
    separator: Rc<[u8]>,
}

/// How text is cut into fields.
pub(super) enum Separator {
    /// Runs of blanks and newlines; those at the ends do not count.
    Blanks,
    /// Each character is one.
    Characters,
    Byte(u8),
    Pattern(Rc<Pattern>),
}

impl Machine<'_, '_, '_> {
    /// A new record.
    pub(super) fn set_record(&mut self, text: &[u8]) {
        let separator = self.special(tree::FS);
        self.record = Record { text: text.into(), fields: Vec::new(), is_split: false, is_stale: false, separator };
    }

    pub(super) fn record_text(&mut self) -> Rc<[u8]> {
        if self.record.is_stale {
            let separator = self.special(tree::OFS);
            let fields: Vec<Rc<[u8]>> = std::mem::take(&mut self.record.fields)
                .into_iter()
                .map(|f| {
                    let text = self.bytes(&f);
                    self.record.fields.push(f);
                    text
                })
                .collect();
            self.record.text = fields.join(&separator[..]).into();
            self.record.is_stale = false;
        }
        Rc::clone(&self.record.text)
    }

    pub(super) fn split_record(&mut self) {
        if self.record.is_split {
            return;
        }
        self.record.is_split = true;
        let (text, separator) = (Rc::clone(&self.record.text), Rc::clone(&self.record.separator));
        // With RS empty, newlines part fields whatever FS is.
        let paragraphs = self.special(tree::RS).is_empty();
        let pieces = match self.separator(&separator) {
            Ok(Separator::Byte(b)) if paragraphs => {
                text.split(|x| *x == b || *x == b'\n').map(<[u8]>::to_vec).collect()
            }
            Ok(Separator::Pattern(p)) if paragraphs => {
                let lines: Vec<_> = text.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
                lines.iter().flat_map(|line| self.cut(line, &Separator::Pattern(Rc::clone(&p)))).collect()
            }
            Ok(separator) => self.cut(&text, &separator),
            Err(_) => vec![text.to_vec()],
        };
        self.record.fields =
            if text.is_empty() { Vec::new() } else { pieces.iter().map(|p| Value::input(p)).collect() };
    }

    /// What a string given as separator means.
    pub(super) fn separator(&mut self, text: &[u8]) -> Result<Separator, Stop> {
        Ok(match text {
            b" " => Separator::Blanks,
            b"" => Separator::Characters,
            [byte] if *byte != b'\\' && !(self.ignores_case() && byte.is_ascii_alphabetic()) => Separator::Byte(*byte),
            _ => Separator::Pattern(self.compiled(text)?),
        })
    }

    pub(super) fn cut(&mut self, text: &[u8], separator: &Separator) -> Vec<Vec<u8>> {
        let _ = self.process.stage.budget.steps(text.len() as u64 / 64);
        match separator {
            Separator::Blanks => {
                let words = text.split(|b| matches!(b, b' ' | b'\t' | b'\n'));
                words.filter(|w| !w.is_empty()).map(<[u8]>::to_vec).collect()
            }
            Separator::Characters => stream::characters(text).map(<[u8]>::to_vec).collect(),
            _ if text.is_empty() => Vec::new(),
            Separator::Byte(byte) => text.split(|b| b == byte).map(<[u8]>::to_vec).collect(),
            Separator::Pattern(pattern) => {
                let (mut pieces, mut start, mut from) = (Vec::new(), 0, 0);
                while let Some((low, high)) = pattern.find_at(text, from, &mut self.process.stage.budget) {
                    if low == high {
                        from = high + stream::character(&text[high..]).max(1);
                        if from > text.len() {
                            break;
                        }
                        continue;
                    }
                    pieces.push(text[start..low].to_vec());
                    (start, from) = (high, high);
                }
                pieces.push(text[start..].to_vec());
                pieces
            }
        }
    }

    fn field_number(&mut self, number: f64) -> Result<usize, Stop> {
        if number < 0.0 {
            return Err(self.fatal("attempt to access a field with a negative number"));
        }
        if number > MOST {
            return Err(self.fatal("attempt to access a field beyond all"));
        }
        Ok(number as usize)
    }

    pub(super) fn field(&mut self, number: f64) -> Result<Value, Stop> {
        match self.field_number(number)? {
            0 => Ok(Value::Input(self.record_text())),
            n => {
                self.split_record();
                Ok(self.record.fields.get(n - 1).cloned().unwrap_or_default())
            }
        }
    }

    pub(super) fn set_field(&mut self, number: f64, value: Value) -> Result<(), Stop> {
        let n = self.field_number(number)?;
        if n == 0 {
            let text = self.bytes(&value);
            self.set_record(&text);
            return Ok(());
        }
        self.split_record();
        if n > self.record.fields.len() {
            self.grow(n)?;
        }
        self.record.fields[n - 1] = value;
        self.record.is_stale = true;
        Ok(())
    }

    pub(super) fn set_field_count(&mut self, number: f64) -> Result<(), Stop> {
        let n = self.field_number(number)?;
        self.split_record();
        self.record.fields.truncate(n);
        self.grow(n)?;
        self.record.is_stale = true;
        Ok(())
    }

    fn grow(&mut self, n: usize) -> Result<(), Stop> {
        let more = n.saturating_sub(self.record.fields.len());
        self.process.stage.budget.steps(more as u64).then_some(()).ok_or(Stop::Exhausted)?;
        self.record.fields.resize(n.max(self.record.fields.len()), Value::text(b""));
        Ok(())
    }

    /// Whether IGNORECASE is set.
    pub(super) fn ignores_case(&mut self) -> bool {
        let value = self.special(tree::IGNORECASE);
        !value.is_empty() && &*value != b"0"
    }

    /// A string as an expression; the last ones used are kept.
    pub(super) fn compiled(&mut self, source: &[u8]) -> Result<Rc<Pattern>, Stop> {
        let ignore_case = self.ignores_case();
        let key = (source.to_vec(), ignore_case);
        if let Some(pattern) = self.patterns.get(&key) {
            return Ok(Rc::clone(pattern));
        }
        let _ = self.process.stage.budget.steps(20 + source.len() as u64);
        let pattern = match Pattern::new(source, Syntax { ignore_case, ..Syntax::AWK }) {
            Ok(pattern) => Rc::new(pattern),
            Err(error) => return Err(self.fatal(&format!("invalid regexp: {error}: /{}/", stream::text(source)))),
        };
        if self.patterns.len() >= 200 {
            self.patterns.clear();
        }
        self.patterns.insert(key, Rc::clone(&pattern));
        Ok(pattern)
    }
}
