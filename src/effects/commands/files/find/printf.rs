//! The format of `-printf`.

use super::{
    super::{
        super::super::process::{Errno, Process, Stat},
        date_format,
        names::{before, last},
        permissions,
        stat::{blocks, escape},
        walk::Visit,
    },
    action::Actions,
    expression::letter,
};
use crate::effects::calendar::Civil;
use crate::rootfs::Kind;

/// Widths beyond this are not honoured.
const WIDEST: usize = 1024;

/// A piece of a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(Vec<u8>),
    /// `%-10.3p`: left, zeros, width, precision, letter, and the letter after `%A %C %T`.
    Field {
        left: bool,
        zeros: bool,
        sharp: bool,
        width: usize,
        precision: Option<usize>,
        letter: u8,
        time: u8,
    },
    /// `\c`
    Stop,
}

/// Takes a format apart.
pub(super) fn parse(text: &[u8]) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut plain = Vec::new();
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'\\' => match backslash(&mut rest) {
                Some(bytes) => plain.extend(bytes),
                None => {
                    pieces.extend([Piece::Text(std::mem::take(&mut plain)), Piece::Stop]);
                    return Ok(pieces);
                }
            },
            b'%' if rest.first() == Some(&b'%') => {
                plain.push(b'%');
                rest = &rest[1..];
            }
            b'%' => {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
                pieces.push(field(&mut rest)?);
            }
            byte => plain.push(byte),
        }
    }
    pieces.push(Piece::Text(plain));
    Ok(pieces)
}

/// What follows a backslash; none for `\c`.
fn backslash(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let Some((&byte, after)) = rest.split_first() else { return Some(b"\\".to_vec()) };
    let digits = rest.iter().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
    if digits > 0 {
        let value = rest[..digits].iter().fold(0_u32, |v, b| v * 8 + u32::from(b - b'0'));
        *rest = &rest[digits..];
        return Some(vec![(value & 0xff) as u8]);
    }
    *rest = after;
    match byte {
        b'c' => None,
        b'\\' => Some(b"\\".to_vec()),
        byte => Some(escape(byte).map_or_else(|| vec![b'\\', byte], |b| vec![b])),
    }
}

fn field(rest: &mut &[u8]) -> Result<Piece, String> {
    let flags = rest.iter().take_while(|b| b"-+ #0".contains(b)).count();
    let has = |flag: u8| rest[..flags].contains(&flag);
    let (left, zeros, sharp) = (has(b'-'), has(b'0'), has(b'#'));
    *rest = &rest[flags..];
    let width = digits(rest).unwrap_or(0);
    let precision = match rest.strip_prefix(b".") {
        Some(after) => {
            *rest = after;
            Some(digits(rest).unwrap_or(0))
        }
        None => None,
    };
    let Some((&letter, after)) = rest.split_first() else { return Err("error: % at end of format string".to_owned()) };
    *rest = after;
    let mut time = 0;
    if b"ABCT".contains(&letter) {
        let Some((&which, after)) = rest.split_first() else {
            return Err("error: % at end of format string".to_owned());
        };
        (time, *rest) = (which, after);
    }
    Ok(Piece::Field { left, zeros, sharp, width, precision, letter, time })
}

fn digits(rest: &mut &[u8]) -> Option<usize> {
    let count = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let value = rest[..count].iter().fold(0, |n: usize, d| (n * 10 + usize::from(d - b'0')).min(WIDEST));
    *rest = &rest[count..];
    (count > 0).then_some(value)
}

impl Actions<'_> {
    /// A format, filled in for a place.
    pub fn formatted(&mut self, process: &mut Process<'_, '_>, pieces: &[Piece], visit: &Visit) -> Vec<u8> {
        let Ok(stat) = visit.stat.clone() else { return Vec::new() };
        let mut out = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text),
                Piece::Stop => break,
                Piece::Field { left, zeros, sharp, width, precision, letter, time } => {
                    let mut value = match (letter, sharp) {
                        (b'm', true) => format!("0{:o}", stat.mode).into_bytes(),
                        _ => self.value(process, *letter, *time, visit, &stat),
                    };
                    value.truncate(precision.unwrap_or(usize::MAX));
                    let missing = width.saturating_sub(value.len());
                    // The others are text to find, sizes too.
                    let numeric = b"dm".contains(letter);
                    match (left, *zeros && numeric) {
                        (true, _) => value.extend(std::iter::repeat_n(b' ', missing)),
                        (false, zeros) => value = [vec![if zeros { b'0' } else { b' ' }; missing], value].concat(),
                    }
                    out.extend_from_slice(&value);
                }
            }
        }
        out
    }

    fn value(&mut self, process: &mut Process<'_, '_>, field: u8, time: u8, visit: &Visit, stat: &Stat) -> Vec<u8> {
        let name = visit.name.as_slice();
        let start = self.start.len().min(name.len());
        let relative = name[start..].strip_prefix(b"/").unwrap_or(&name[start..]);
        let text = |id: u32, name: Option<&[u8]>| name.map_or_else(|| id.to_string().into_bytes(), <[u8]>::to_vec);
        let mtime = Civil::at(stat.mtime);
        match field {
            b'p' => name.to_vec(),
            b'P' => relative.to_vec(),
            b'f' => last(name).to_vec(),
            b'h' => match name.iter().rposition(|&b| b == b'/') {
                Some(0) => b"".to_vec(),
                _ => before(name).to_vec(),
            },
            b'H' => self.start.clone(),
            b'd' => visit.depth.to_string().into_bytes(),
            b's' => stat.size.to_string().into_bytes(),
            b'b' => blocks(stat).to_string().into_bytes(),
            b'k' => blocks(stat).div_ceil(2).to_string().into_bytes(),
            b'S' => b"1".to_vec(),
            b'm' => format!("{:o}", stat.mode).into_bytes(),
            b'M' => permissions::text(stat.st_mode()).into_bytes(),
            b'n' => self.links(process, stat).to_string().into_bytes(),
            b'u' => text(stat.uid, self.owners.user(stat.uid)),
            b'g' => text(stat.gid, self.owners.group(stat.gid)),
            b'U' => stat.uid.to_string().into_bytes(),
            b'G' => stat.gid.to_string().into_bytes(),
            b'i' => stat.leaf.map_or(0, |l| l.number()).to_string().into_bytes(),
            b'l' => match &stat.kind {
                Kind::Symlink(target) => target.clone(),
                _ => Vec::new(),
            },
            b'y' => vec![letter(&stat.kind)],
            b'Y' => match process.stat(name) {
                Ok(stat) => vec![letter(&stat.kind)],
                Err(Errno::Loop) => b"L".to_vec(),
                Err(_) => b"N".to_vec(),
            },
            b'D' => b"0".to_vec(),
            b'F' => b"overlay".to_vec(),
            b'Z' => Vec::new(),
            b't' | b'a' | b'c' => date_format::format(b"%a %b %e %H:%M:%S.0000000000 %Y", &mtime),
            b'T' | b'A' | b'C' | b'B' => time_field(time, &mtime),
            other => vec![b'%', other],
        }
    }
}

/// `%Tk`: strftime's letters, with fractions of seconds where find has them.
fn time_field(which: u8, at: &Civil) -> Vec<u8> {
    match which {
        b'@' => format!("{}.0000000000", at.seconds).into_bytes(),
        b'S' => date_format::format(b"%S.0000000000", at),
        b'T' | b'X' => date_format::format(b"%H:%M:%S.0000000000", at),
        b'+' => date_format::format(b"%F+%H:%M:%S.0000000000", at),
        b'c' => date_format::format(b"%a %b %e %H:%M:%S.0000000000 %Y", at),
        which => date_format::format(&[b'%', which], at),
    }
}
