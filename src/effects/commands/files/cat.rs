//! `cat` and `tee`.

use super::{
    super::{
        super::process::{Errno, Handle, Mode, Process, Status},
        options::Order,
    },
    Ended,
    names::quoted,
};

/// What `cat` shows beside the bytes.
#[derive(Clone, Copy, Debug, Default)]
struct Show {
    number: bool,
    number_filled: bool,
    squeeze: bool,
    ends: bool,
    tabs: bool,
    controls: bool,
}

pub(super) fn cat(process: &mut Process<'_, '_>) -> Ended {
    const KNOWN: &[&str] = &[
        "A,show-all",
        "b,number-nonblank",
        "e",
        "E,show-ends",
        "n,number",
        "s,squeeze-blank",
        "t",
        "T,show-tabs",
        "u",
        "v,show-nonprinting",
    ];
    let parsed = process.options(KNOWN, Order::Any)?;
    let any = |names: &[&str]| names.iter().any(|n| parsed.has(n));
    let show = Show {
        number: parsed.has("number") && !parsed.has("number-nonblank"),
        number_filled: parsed.has("number-nonblank"),
        squeeze: parsed.has("squeeze-blank"),
        ends: any(&["show-ends", "e", "show-all"]),
        tabs: any(&["show-tabs", "t", "show-all"]),
        controls: any(&["show-nonprinting", "e", "t", "show-all"]),
    };
    let names = if parsed.operands.is_empty() { vec![b"-".to_vec()] } else { parsed.operands };
    let mut status = Status::SUCCESS;
    let mut lines = Lines { show, number: 0, blank: 0, at_start: true };
    for name in names {
        match read(process, &name) {
            Ok(bytes) => {
                let bytes = if show.is_plain() { bytes } else { lines.shown(&bytes) };
                if let Err(error) = process.handle(1).write(process.stage, &bytes) {
                    status = process.fail(format_args!("write error: {error}"));
                    break;
                }
            }
            Err(error) => status = process.fail(format_args!("{}: {error}", String::from_utf8_lossy(&name))),
        }
    }
    Ok(status)
}

/// A file, or standard input for `-`.
fn read(process: &mut Process<'_, '_>, name: &[u8]) -> Result<Vec<u8>, Errno> {
    let handle = if name == b"-" { process.handle(0) } else { process.open(name, Mode::READ)? };
    handle.read_to_end(process.stage)
}

impl Show {
    fn is_plain(self) -> bool {
        !(self.number || self.number_filled || self.squeeze || self.ends || self.tabs || self.controls)
    }
}

/// Where `cat` is, across files.
struct Lines {
    show: Show,
    number: u64,
    blank: u32,
    at_start: bool,
}

impl Lines {
    fn shown(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 8);
        for line in bytes.split_inclusive(|&b| b == b'\n') {
            let ended = line.ends_with(b"\n");
            let text = &line[..line.len() - usize::from(ended)];
            self.blank = if text.is_empty() && self.at_start { self.blank + 1 } else { 0 };
            if self.show.squeeze && self.blank > 1 {
                continue;
            }
            if self.at_start && (self.show.number || self.show.number_filled && !text.is_empty()) {
                self.number += 1;
                out.extend_from_slice(format!("{:6}\t", self.number).as_bytes());
            }
            text.iter().for_each(|&b| self.show.byte(b, &mut out));
            if ended {
                out.extend_from_slice(if self.show.ends { b"$\n" } else { b"\n" });
            }
            self.at_start = ended;
        }
        out
    }
}

impl Show {
    fn byte(self, byte: u8, out: &mut Vec<u8>) {
        match byte {
            b'\t' if self.tabs => out.extend_from_slice(b"^I"),
            0..=31 | 127 if self.controls && byte != b'\t' => out.extend_from_slice(&[b'^', byte ^ 64]),
            128.. if self.controls => {
                out.extend_from_slice(b"M-");
                match byte - 128 {
                    low @ (0..=31 | 127) => out.extend_from_slice(&[b'^', low ^ 64]),
                    low => out.push(low),
                }
            }
            byte => out.push(byte),
        }
    }
}

pub(super) fn tee(process: &mut Process<'_, '_>) -> Ended {
    let parsed = process.options(&["a,append", "i,ignore-interrupts", "p", "output-error=?"], Order::Any)?;
    let mode = if parsed.has("append") { Mode::APPEND } else { Mode::WRITE };
    let mut outputs: Vec<(Vec<u8>, Handle)> = vec![(b"standard output".to_vec(), process.handle(1))];
    let mut status = Status::SUCCESS;
    for name in parsed.operands {
        match process.open(&name, mode) {
            Ok(handle) => outputs.push((name, handle)),
            Err(error) => status = process.fail(format_args!("{}: {error}", String::from_utf8_lossy(&name))),
        }
    }
    let bytes = process.input();
    for (name, handle) in outputs {
        if let Err(error) = handle.write(process.stage, &bytes) {
            status = process.fail(format_args!("{}: {error}", quoted(&name)));
        }
    }
    Ok(status)
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn cat_joins_and_shows() {
        let mut image =
            Image::new().programs(&["cat", "tee"]).file("a", "one\n\n\n\ttwo", 0o644).file("b", "\u{1}\n", 0o644);
        assert_eq!(image.run(&["cat", "/a", "-", "/b"], "in\n").out, "one\n\n\n\ttwoin\n\u{1}\n");
        assert_eq!(image.run(&["cat", "-nsA", "/a", "/b"], "").out, "     1\tone$\n     2\t$\n     3\t^Itwo^A$\n");
        assert_eq!(image.run(&["cat", "-b", "/a"], "").out, "     1\tone\n\n\n     2\t\ttwo");
        let ran = image.run(&["cat", "/no", "/b"], "");
        assert_eq!(
            (ran.status.0, ran.out.as_str(), ran.err.as_str()),
            (1, "\u{1}\n", "cat: /no: No such file or directory\n")
        );
        assert_eq!(image.run(&["tee", "-a", "/a", "/c"], "x").out, "x");
        assert_eq!((image.text("a").as_deref(), image.text("c").as_deref()), (Some("one\n\n\n\ttwox"), Some("x")));
    }
}
