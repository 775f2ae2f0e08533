//! `wc`: how much.

use super::{
    super::options::{Order, Parsed},
    stream,
};
use crate::effects::process::{Errno, Process, Status};

const OPTIONS: &[&str] = &["c,bytes", "m,chars", "l,lines", "w,words", "L,max-line-length", "files0-from=", "total="];

/// Lines, words, characters, bytes, the widest line.
type Counts = [usize; 5];

/// `wc [OPTION]… [FILE]…`
pub(super) fn wc(process: &mut Process<'_, '_>) -> Status {
    let parsed = match process.options(OPTIONS, Order::Any) {
        Ok(parsed) => parsed,
        Err(status) => return status,
    };
    let shown = shown(&parsed);
    let width = width(process, &parsed.operands, &shown);
    let mut total = [0; 5];
    let named = !parsed.operands.is_empty();
    let stdin = [b"-".to_vec()];
    let mut status = Status::SUCCESS;
    for name in if named { &parsed.operands } else { &stdin[..] } {
        let counts = match stream::read(process, name) {
            Ok(bytes) => count(&bytes),
            Err(error) => {
                status = process.fail(format_args!("{}: {error}", stream::text(name)));
                if error != Errno::IsDirectory {
                    continue;
                }
                [0; 5]
            }
        };
        for (sum, n) in total.iter_mut().zip(counts).take(4) {
            *sum += n;
        }
        total[4] = total[4].max(counts[4]);
        process.out(line(&counts, &shown, width, if named { Some(name) } else { None }));
    }
    if parsed.operands.len() > 1 && parsed.value("total") != Some(b"never") || parsed.value("total") == Some(b"always")
    {
        process.out(line(&total, &shown, width, Some(b"total")));
    }
    status
}

/// Which counts, in the order they are written in.
fn shown(parsed: &Parsed) -> Vec<usize> {
    let names = ["lines", "words", "chars", "bytes", "max-line-length"];
    let asked: Vec<usize> = (0..5).filter(|n| parsed.has(names[*n])).collect();
    if asked.is_empty() { vec![0, 1, 3] } else { asked }
}

/// How wide the columns are: as the sum of the files' sizes, at least seven where something is no file.
fn width(process: &mut Process<'_, '_>, operands: &[Vec<u8>], shown: &[usize]) -> usize {
    if operands.len() <= 1 && shown.len() == 1 {
        return 1;
    }
    let stdin = [b"-".to_vec()];
    let names = if operands.is_empty() { &stdin } else { operands };
    let (mut sum, mut least) = (0u64, 1);
    for name in names {
        let size = if name == b"-" {
            let leaf = process.handle(0).leaf();
            leaf.map(|leaf| match &process.stage.fs.node(leaf).kind {
                crate::rootfs::Kind::File { size, .. } => *size,
                _ => 0,
            })
        } else {
            match process.stat(name) {
                Ok(stat) if stat.is_file() => Some(stat.size),
                Ok(_) => None,
                Err(_) => Some(0),
            }
        };
        match size {
            Some(size) => sum += size,
            None => least = 7,
        }
    }
    sum.to_string().len().max(least)
}

fn count(bytes: &[u8]) -> Counts {
    let lines = bytes.iter().filter(|b| **b == b'\n').count();
    let is_space = |b: &u8| *b == b' ' || (9..=13).contains(b);
    let words = bytes.split(is_space).filter(|w| w.iter().any(|b| *b > 32 && *b != 127)).count();
    let characters = bytes.iter().filter(|b| **b & 0xc0 != 0x80).count();
    [lines, words, characters, bytes.len(), widest(bytes)]
}

fn widest(bytes: &[u8]) -> usize {
    let width = |line: &[u8]| {
        stream::characters(line).fold(0, |at, c| match c {
            b"\t" => at + 8 - at % 8,
            [0..32 | 127] => at,
            _ => at + 1,
        })
    };
    bytes.split(|b| matches!(b, b'\n' | b'\r' | 12)).map(width).max().unwrap_or(0)
}

fn line(counts: &Counts, shown: &[usize], width: usize, name: Option<&[u8]>) -> Vec<u8> {
    let numbers: Vec<String> = shown.iter().map(|n| format!("{:width$}", counts[*n])).collect();
    let mut out = numbers.join(" ").into_bytes();
    if let Some(name) = name {
        out.push(b' ');
        out.extend_from_slice(name);
    }
    out.push(b'\n');
    out
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn columns_are_as_wide_as_the_files_are_long() {
        let mut image = Image::new().programs(&["wc"]).file("etc/a", "one two\nthree\n", 0o644);
        let mut wc = |args: &[&str]| image.run(&[&["wc"], args].concat(), "a\u{e9}\tb").out;
        assert_eq!(wc(&["/etc/a"]), " 2  3 14 /etc/a\n");
        assert_eq!(wc(&["-l", "/etc/a"]), "2 /etc/a\n");
        assert_eq!(wc(&["-l"]), "0\n");
        assert_eq!(wc(&[]), "      0       2       5\n");
        assert_eq!(wc(&["-mL"]), "      4       9\n");
        assert_eq!(wc(&["-lc", "/etc/a", "/etc/a"]), " 2 14 /etc/a\n 2 14 /etc/a\n 4 28 total\n");
    }
}
