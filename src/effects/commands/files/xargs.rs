//! `xargs`.

use super::{
    super::{
        super::process::{Handle, Mode, Process, Status},
        options::{Order, Parsed},
    },
    Ended,
    names::{number, quoted},
};

/// Bytes of a command line, as xargs takes them by itself.
const LONGEST: usize = 128 << 10;

const KNOWN: &[&str] = &[
    "0,null",
    "a,arg-file=",
    "d,delimiter=",
    "E=",
    "e=?",
    "eof=?",
    "I=",
    "i=?",
    "replace=?",
    "L=",
    "l=?",
    "max-lines=?",
    "n,max-args=",
    "o,open-tty",
    "P,max-procs=",
    "p,interactive",
    "process-slot-var=",
    "r,no-run-if-empty",
    "s,max-chars=",
    "show-limits",
    "t,verbose",
    "x,exit",
];

/// How arguments are put together.
#[derive(Debug, Default)]
struct Plan {
    command: Vec<Vec<u8>>,
    replace: Option<Vec<u8>>,
    per_line: Option<usize>,
    per_run: Option<usize>,
    longest: usize,
    verbose: bool,
    skips_empty: bool,
    exits: bool,
}

/// A word of the input, and the number of the line it is on.
type Word = (Vec<u8>, usize);

pub(super) fn xargs(process: &mut Process<'_, '_>) -> Ended {
    let parsed = process.options(KNOWN, Order::First)?;
    let plan = plan(process, &parsed)?;
    let input = match parsed.value("arg-file").map(<[u8]>::to_vec) {
        None => process.input(),
        Some(name) => {
            let read = process.open(&name, Mode::READ).and_then(|handle| handle.read_to_end(process.stage));
            read.map_err(|error| process.fail(format_args!("Cannot open input file {}: {error}", quoted(&name))))?
        }
    };
    let mut unmatched = None;
    let words = match delimiter(process, &parsed)? {
        Some(delimiter) => delimited(&input, delimiter),
        None => {
            let stop = ["E", "e", "eof"].iter().find_map(|n| parsed.value(n)).filter(|e| !e.is_empty());
            let lines = plan.replace.is_some();
            let (mut words, error) = if lines { whole_lines(&input) } else { quoted_words(&input) };
            unmatched = error;
            if let Some(at) = stop.and_then(|stop| words.iter().position(|(w, _)| w == stop)) {
                words.truncate(at);
            }
            words
        }
    };
    if parsed.value("arg-file").is_none() {
        process.descriptors.insert(0, Handle::null());
    }
    match unmatched {
        None => plan.run(process, &words),
        // What came before it runs.
        Some(text) => {
            if !words.is_empty() {
                plan.run(process, &words)?;
            }
            Err(process.fail(text))
        }
    }
}

fn plan(process: &mut Process<'_, '_>, parsed: &Parsed) -> Result<Plan, Status> {
    let mut plan = Plan { command: parsed.operands.clone(), longest: LONGEST, ..Plan::default() };
    if plan.command.is_empty() {
        plan.command.push(b"echo".to_vec());
    }
    for (name, value) in &parsed.options {
        let count = || value.as_deref().map_or(Some(1), number::<usize>).filter(|n| *n > 0);
        let mut wanted = || count().ok_or_else(|| process.fail(format_args!("invalid number for -{name} option")));
        // The last of -I, -L and -n is the one that counts.
        match *name {
            "I" | "i" | "replace" => {
                plan.replace = Some(value.clone().unwrap_or_else(|| b"{}".to_vec()));
                (plan.per_line, plan.per_run) = (None, None);
            }
            "L" | "l" | "max-lines" => {
                plan.per_line = Some(wanted()?);
                (plan.replace, plan.per_run) = (None, None);
            }
            "max-args" => {
                let count = wanted()?;
                // -I with -n 1 is -I.
                if plan.replace.is_none() || count > 1 {
                    plan.per_run = Some(count);
                    (plan.replace, plan.per_line) = (None, None);
                }
            }
            "max-chars" => plan.longest = wanted()?.min(LONGEST),
            "verbose" => plan.verbose = true,
            "no-run-if-empty" => plan.skips_empty = true,
            "exit" => plan.exits = true,
            _ => {}
        }
    }
    Ok(plan)
}

/// `-0` or `-d`
fn delimiter(process: &mut Process<'_, '_>, parsed: &Parsed) -> Result<Option<u8>, Status> {
    match parsed.last(&["null", "delimiter"]) {
        None => Ok(None),
        Some("null") => Ok(Some(0)),
        Some(_) => match parsed.value("delimiter").unwrap_or_default() {
            [byte] => Ok(Some(*byte)),
            [b'\\', b'0'] => Ok(Some(0)),
            [b'\\', b'\\'] => Ok(Some(b'\\')),
            [b'\\', letter] if super::stat::escape(*letter).is_some() => Ok(super::stat::escape(*letter)),
            other => Err(process.fail(format_args!("Invalid input delimiter specification {}", quoted(other)))),
        },
    }
}

fn delimited(input: &[u8], delimiter: u8) -> Vec<Word> {
    let input = input.strip_suffix(&[delimiter]).unwrap_or(input);
    if input.is_empty() {
        return Vec::new();
    }
    input.split(|&b| b == delimiter).enumerate().map(|(line, word)| (word.to_vec(), line)).collect()
}

/// `-I`: lines without the blanks before them; quotes and backslashes work as elsewhere, blanks do not end a word.
fn whole_lines(input: &[u8]) -> (Vec<Word>, Option<&'static str>) {
    tokens(input, |byte| byte == b'\n')
}

/// Words with quotes and backslashes; a line that ends with a blank goes on.
fn quoted_words(input: &[u8]) -> (Vec<Word>, Option<&'static str>) {
    tokens(input, |byte| matches!(byte, b' ' | b'\t' | b'\n' | 11 | 12 | b'\r'))
}

fn tokens(input: &[u8], ends: impl Fn(u8) -> bool) -> (Vec<Word>, Option<&'static str>) {
    const UNMATCHED: [&str; 2] = [
        "unmatched single quote; by default quotes are special to xargs unless you use the -0 option",
        "unmatched double quote; by default quotes are special to xargs unless you use the -0 option",
    ];
    let (mut words, mut line) = (Vec::new(), 0);
    let mut word: Option<Vec<u8>> = None;
    let mut rest = input.iter().copied();
    let mut before = 0;
    while let Some(byte) = rest.next() {
        match byte {
            b'\\' => word.get_or_insert_default().extend(rest.next()),
            b'\'' | b'"' => {
                let word = word.get_or_insert_default();
                loop {
                    match rest.next() {
                        Some(end) if end == byte => break,
                        Some(b'\n') | None => return (words, Some(UNMATCHED[usize::from(byte == b'"')])),
                        Some(inside) => word.push(inside),
                    }
                }
            }
            byte if ends(byte) => words.extend(word.take().map(|w| (w, line))),
            b' ' | b'\t' if word.is_none() => {}
            byte => word.get_or_insert_default().push(byte),
        }
        if byte == b'\n' && !matches!(before, b' ' | b'\t') {
            line += 1;
        }
        before = byte;
    }
    words.extend(word.map(|w| (w, line)));
    (words, None)
}

impl Plan {
    fn run(&self, process: &mut Process<'_, '_>, words: &[Word]) -> Ended {
        let mut failed = Status::SUCCESS;
        let mut rest = words;
        let mut is_first = true;
        while is_first && !self.skips_empty && self.replace.is_none() || !rest.is_empty() {
            is_first = false;
            if !process.stage.budget.step() {
                return Err(Status::STOPPED);
            }
            let taken = self.take(rest);
            let (now, later) = rest.split_at(taken);
            rest = later;
            let args = self.line(now);
            let bytes = args.iter().map(|a| a.len() + 1).sum::<usize>();
            if bytes > self.longest + LONGEST {
                return Err(process.fail("argument line too long"));
            }
            if self.verbose {
                let line = [args.join(&b' '), b"\n".to_vec()].concat();
                let _ = process.handle(2).write(process.stage, &line);
            }
            match process.run(args) {
                Status::SUCCESS => {}
                Status(255) => {
                    process.fail("the command exited with status 255; aborting");
                    return Err(Status(124));
                }
                ended @ (Status::NOT_EXECUTABLE | Status::NOT_FOUND) => return Err(ended),
                Status(128..) => return Err(Status(125)),
                Status(_) => failed = Status(123),
            }
        }
        Ok(failed)
    }

    /// How many words the next command gets.
    fn take(&self, words: &[Word]) -> usize {
        if self.replace.is_some() {
            return 1;
        }
        let most = self.per_run.unwrap_or(usize::MAX);
        let lines = self.per_line.unwrap_or(usize::MAX);
        let own = self.command.iter().map(|a| a.len() + 1).sum::<usize>();
        let (mut bytes, mut seen, mut last) = (own, 0, None);
        for (at, (word, line)) in words.iter().enumerate() {
            bytes += word.len() + 1;
            if last != Some(*line) {
                (seen, last) = (seen + 1, Some(*line));
            }
            if at >= most || seen > lines || bytes > self.longest && at > 0 {
                return at;
            }
        }
        words.len()
    }

    fn line(&self, words: &[Word]) -> Vec<Vec<u8>> {
        match (&self.replace, words) {
            (Some(mark), [(word, _)]) => {
                let (first, rest) = self.command.split_first().expect("there is a command");
                let replaced = rest.iter().map(|arg| replaced(arg, mark, word));
                std::iter::once(first.clone()).chain(replaced).collect()
            }
            _ => self.command.iter().chain(words.iter().map(|(word, _)| word)).cloned().collect(),
        }
    }
}

/// `text` with every `mark` replaced; at most as long as a command line may be.
pub(super) fn replaced(text: &[u8], mark: &[u8], word: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while !rest.is_empty() && out.len() < 2 * LONGEST {
        match rest.strip_prefix(mark).filter(|_| !mark.is_empty()) {
            Some(after) => {
                out.extend_from_slice(word);
                rest = after;
            }
            None => {
                out.push(rest[0]);
                rest = &rest[1..];
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::effects::process::testing::Image;

    #[test]
    fn arguments_are_handed_on() {
        let mut image = Image::new().programs(&["xargs", "basename", "touch", "rm"]).file("list", "a/1\0b/2\0", 0o644);
        for (line, stdin, status, out) in [
            ("xargs basename -a", "a/b 'c/d e' f\\ g\n", 0, "b\nd e\nf g\n"),
            ("xargs -n 1 basename", "a/b c/d", 0, "b\nd\n"),
            ("xargs -L1 basename", "a/bc c\nc/d\n", 0, "b\nd\n"),
            ("xargs -I{} basename x/{}.c .c", "  one two\nthree\n", 0, "one two\nthree\n"),
            ("xargs -r basename", "", 0, ""),
            ("xargs basename", "", 123, ""),
            ("xargs -0a list basename -a", "", 0, "1\n2\n"),
            ("xargs -d, basename -a", "a/b,c d", 0, "b\nc d\n"),
            ("xargs none", "x", 127, ""),
            ("xargs rm", "nothing", 123, ""),
            ("xargs basename", "'a", 1, ""),
        ] {
            let words: Vec<_> = line.split(' ').collect();
            let ran = image.run(&words, stdin);
            assert_eq!((ran.status.0, ran.out.as_str()), (status, out), "{line}: {}", ran.err);
        }
        assert_eq!(image.run(&["xargs", "-L1", "basename", "-a"], "a/b c/d\ne/f \ng\n").out, "b\nd\nf\ng\n");
    }
}
