//! `echo`, as bash and coreutils agree on it.

use super::write;
use crate::effects::{
    process::{Process, Status},
    shell::{
        run::{Ran, Shell},
        syntax::{Escape, Escapes, escape_sequence},
    },
};

/// What it writes.
fn text(args: &[Vec<u8>], mut interprets: bool) -> Vec<u8> {
    let (mut at, mut newline) = (1, true);
    while let Some([b'-', letters @ ..]) = args.get(at).map(Vec::as_slice) {
        if letters.is_empty() || !letters.iter().all(|l| b"neE".contains(l)) {
            break;
        }
        for letter in letters {
            match letter {
                b'n' => newline = false,
                b'e' => interprets = true,
                _ => interprets = false,
            }
        }
        at += 1;
    }
    let mut out = args.get(at..).unwrap_or_default().join(&b' ');
    if interprets {
        let (text, whole) = unescaped(&out);
        out = text;
        newline &= whole;
    }
    if newline {
        out.push(b'\n');
    }
    out
}

/// Backslashes interpreted; whether no `\c` cut it short.
pub(super) fn unescaped(text: &[u8]) -> (Vec<u8>, bool) {
    let (mut out, mut at) = (Vec::new(), 0);
    while at < text.len() {
        if text[at] != b'\\' || at + 1 == text.len() {
            out.push(text[at]);
            at += 1;
            continue;
        }
        let (escape, next) = escape_sequence(text, at + 1, Escapes::Echo);
        match escape {
            Escape::Bytes(bytes) => out.extend(bytes),
            Escape::Stop => return (out, false),
        }
        at = next;
    }
    (out, true)
}

pub(super) fn builtin(shell: &mut Shell<'_, '_, '_>, args: &[Vec<u8>]) -> Ran {
    let interprets = shell.state.options.shopt.contains("xpg_echo");
    shell.output("echo", &text(args, interprets))
}

pub(super) fn program(process: &mut Process<'_, '_>) -> Status {
    let text = text(&process.args, false);
    Status::from(write(process, &text).is_ok())
}
