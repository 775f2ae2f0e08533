//! What commands on text share: operands as bytes, lines, characters.

use std::borrow::Cow;

use crate::effects::process::{Errno, Process, Status};

/// An operand's bytes; `-` is standard input.
pub(super) fn read(process: &mut Process<'_, '_>, name: &[u8]) -> Result<Vec<u8>, Errno> {
    if name == b"-" { process.handle(0).read_to_end(process.stage) } else { process.read_file(name) }
}

/// Each operand's bytes (standard input where there is none) with its name, until the budget ends; the status is a failure where
/// one could not be read, which was told then.
pub(super) fn each(
    process: &mut Process<'_, '_>,
    operands: &[Vec<u8>],
    mut work: impl FnMut(&mut Process<'_, '_>, &[u8], Vec<u8>),
) -> Status {
    let stdin = [b"-".to_vec()];
    let operands = if operands.is_empty() { &stdin } else { operands };
    let mut status = Status::SUCCESS;
    for name in operands {
        match read(process, name) {
            Ok(bytes) => work(process, name, bytes),
            Err(error) => status = process.fail(format_args!("{}: {error}", text(name))),
        }
        if process.stage.budget.exhausted().is_some() {
            return Status::STOPPED;
        }
    }
    status
}

/// The only operand's bytes, or standard input; more are an error.
pub(super) fn only(process: &mut Process<'_, '_>, operands: &[Vec<u8>]) -> Result<Vec<u8>, Status> {
    if let Some(extra) = operands.get(1) {
        return Err(process.usage(format_args!("extra operand '{}'", text(extra))));
    }
    let name = operands.first().map_or(&b"-"[..], Vec::as_slice);
    read(process, name).map_err(|error| process.fail(format_args!("{}: {error}", text(name))))
}

/// For messages.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Lines without their delimiter; what stands after the last delimiter is one, too.
pub(super) fn lines(bytes: &[u8], delimiter: u8) -> impl Iterator<Item = &[u8]> {
    let whole = bytes.strip_suffix(&[delimiter]).unwrap_or(bytes);
    let none = bytes.is_empty();
    whole.split(move |&b| b == delimiter).take(if none { 0 } else { usize::MAX })
}

/// How long the UTF-8 character at the start is; a byte that is none counts as one.
pub(super) fn character(bytes: &[u8]) -> usize {
    let length = match bytes.first() {
        None => return 0,
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        Some(_) => return 1,
    };
    if bytes.get(..length).is_some_and(|head| std::str::from_utf8(head).is_ok()) { length } else { 1 }
}

/// The UTF-8 characters of some bytes.
pub(super) fn characters(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (head, rest) = bytes.split_at(character(bytes));
        bytes = rest;
        (!head.is_empty()).then_some(head)
    })
}

/// Unsigned decimal digits and nothing else; more than fits is the largest there is.
pub(super) fn number(text: &[u8]) -> Option<u64> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(text.iter().fold(0u64, |n, b| n.saturating_mul(10).saturating_add(u64::from(b - b'0'))))
}
