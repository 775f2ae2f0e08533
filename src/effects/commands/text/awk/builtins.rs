//! Functions that are always there.

use super::{
    super::{number, stream},
    machine::{Machine, Stop},
    time,
    tree::{Builtin, Expression, Target},
    value::Value,
};

/// `rand`: the same numbers every time, as long as nobody says otherwise.
#[derive(Debug, Default)]
pub(super) struct Random {
    seed: f64,
    turn: u64,
}

impl Random {
    /// At least 0, less than 1.
    fn next(&mut self) -> f64 {
        self.turn += 1;
        // SplitMix64 (Steele, Lea, Flood 2014), over the seed and the turn.
        let mut z = self.seed.to_bits().wrapping_add(self.turn.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// The old seed.
    fn seed(&mut self, seed: f64) -> f64 {
        self.turn = 0;
        std::mem::replace(&mut self.seed, seed)
    }
}

impl<'i> Machine<'i, '_, '_> {
    pub(super) fn builtin(&mut self, builtin: Builtin, arguments: &'i [Expression]) -> Result<Value, Stop> {
        match builtin {
            Builtin::Gsub | Builtin::Sub => self.replace(builtin == Builtin::Gsub, arguments),
            Builtin::Gensub => self.gensub(arguments),
            Builtin::Match => self.matched(arguments),
            Builtin::Split => self.split(arguments),
            Builtin::Length => self.length(arguments),
            Builtin::Sprintf => self.formatted(arguments).map(|text| Value::text(&text)),
            _ => {
                let mut values = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    values.push(self.evaluate(argument)?);
                }
                self.plain(builtin, &values)
            }
        }
    }

    /// Functions of values alone.
    fn plain(&mut self, builtin: Builtin, values: &[Value]) -> Result<Value, Stop> {
        let first = values.first().cloned().unwrap_or_default();
        match builtin {
            Builtin::Close => {
                let name = self.bytes(&first);
                Ok(Value::Number(self.close(&name)))
            }
            Builtin::System => {
                let command = self.bytes(&first);
                Ok(Value::Number(self.system(&command)))
            }
            Builtin::Index => {
                let (text, part) = (self.bytes(&first), self.bytes(&values[1]));
                Ok(Value::Number(index(&text, &part) as f64))
            }
            Builtin::Substr => {
                let text = self.bytes(&first);
                Ok(Value::text(&substring(&text, values[1].number(), values.get(2).map(Value::number))))
            }
            Builtin::Tolower | Builtin::Toupper => {
                let text = self.bytes(&first);
                Ok(Value::text(&cased(&text, builtin == Builtin::Toupper)))
            }
            Builtin::Strftime => self.strftime(values),
            Builtin::Mktime => {
                let text = self.bytes(&first);
                Ok(Value::Number(time::parse(&text).map_or(-1.0, |t| t as f64)))
            }
            Builtin::Strtonum => {
                let text = self.bytes(&first);
                Ok(Value::Number(strtonum(&text, first.number())))
            }
            _ => Ok(Value::Number(self.numeric(builtin, &first, values))),
        }
    }

    fn numeric(&mut self, builtin: Builtin, first: &Value, values: &[Value]) -> f64 {
        let x = first.number();
        let y = values.get(1).map_or(0.0, Value::number);
        let bits = |combine: fn(u64, u64) -> u64| {
            values.iter().map(|v| v.number() as u64).reduce(combine).map_or(0.0, |n| n as f64)
        };
        match builtin {
            Builtin::Atan2 => x.atan2(y),
            Builtin::Cos => x.cos(),
            Builtin::Sin => x.sin(),
            Builtin::Exp => x.exp(),
            Builtin::Log => x.ln(),
            Builtin::Sqrt => x.sqrt(),
            Builtin::Int => x.trunc(),
            Builtin::And => bits(|a, b| a & b),
            Builtin::Or => bits(|a, b| a | b),
            Builtin::Xor => bits(|a, b| a ^ b),
            Builtin::Compl => (!(x as u64) & ((1 << 53) - 1)) as f64,
            Builtin::Lshift => (x as u64).checked_shl(y as u32).unwrap_or(0) as f64,
            Builtin::Rshift => (x as u64).checked_shr(y as u32).unwrap_or(0) as f64,
            Builtin::Rand => self.random.next(),
            Builtin::Srand if values.is_empty() => self.random.seed(self.process.stage.now() as f64),
            Builtin::Srand => self.random.seed(x),
            Builtin::Systime => self.process.stage.now() as f64,
            // Everything is written at once: there is nothing to flush.
            _ => 0.0,
        }
    }

    fn length(&mut self, arguments: &'i [Expression]) -> Result<Value, Stop> {
        let text = match arguments {
            [] => self.record_text(),
            [Expression::Value(Target::Variable(place))] => {
                if let Some(size) = self.array_size(*place) {
                    return Ok(Value::Number(size as f64));
                }
                let value = self.variable(*place)?;
                self.bytes(&value)
            }
            _ => {
                let value = self.evaluate(&arguments[0])?;
                self.bytes(&value)
            }
        };
        Ok(Value::Number(stream::characters(&text).count() as f64))
    }

    fn strftime(&mut self, values: &[Value]) -> Result<Value, Stop> {
        let format = match values.first() {
            Some(format) => self.bytes(format).to_vec(),
            None => b"%a %b %e %H:%M:%S %Z %Y".to_vec(),
        };
        let seconds = values.get(1).map_or(self.process.stage.now(), |v| v.number() as i64);
        Ok(Value::text(&time::format(&format, seconds)))
    }
}

/// Where `part` begins, in characters from 1; 0 for nowhere.
fn index(text: &[u8], part: &[u8]) -> usize {
    if part.is_empty() {
        return 0;
    }
    let found = text.windows(part.len()).position(|w| w == part);
    found.map_or(0, |at| stream::characters(&text[..at]).count() + 1)
}

/// Characters from `start` on, counted from 1. As in gawk both numbers are cut to whole ones, and what starts before 1 starts there.
fn substring(text: &[u8], start: f64, length: Option<f64>) -> Vec<u8> {
    let size = |x: f64| if x.is_nan() || x < 0.0 { 0 } else { x as usize };
    let skip = size(start.trunc() - 1.0);
    let count = length.map_or(usize::MAX, |l| size(l.trunc()));
    stream::characters(text).skip(skip).take(count).flatten().copied().collect()
}

/// The other case of each letter that has one.
fn cased(text: &[u8], upper: bool) -> Vec<u8> {
    let change = |character: &[u8]| match std::str::from_utf8(character) {
        Ok(text) if upper => text.to_uppercase().into_bytes(),
        Ok(text) => text.to_lowercase().into_bytes(),
        Err(_) => character.to_vec(),
    };
    // One letter stays one: what becomes more than one keeps its case, as towupper has it.
    let kept = |character: &[u8]| Some(change(character)).filter(|new| stream::character(new) == new.len());
    stream::characters(text).flat_map(|c| kept(c).unwrap_or_else(|| c.to_vec())).collect()
}

/// `0x1f` and `017` count as what they look like.
fn strtonum(text: &[u8], plain: f64) -> f64 {
    let digits = |text: &[u8], base: u32| {
        text.iter().map_while(|b| char::from(*b).to_digit(base)).fold(0.0, |n, d| n * f64::from(base) + f64::from(d))
    };
    match text {
        [b'0', b'x' | b'X', rest @ ..] => digits(rest, 16),
        [b'0', rest @ ..]
            if !rest.is_empty()
                && number::decimal(text) == Some(text.len())
                && rest.iter().all(|b| (b'0'..=b'7').contains(b)) =>
        {
            digits(rest, 8)
        }
        _ => plain,
    }
}
