//! One file: which of its lines are selected, and what is written of them.

use std::collections::VecDeque;

use super::{
    super::stream,
    settings::{Binary, Settings, Shown},
};
use crate::effects::process::Process;

/// A line: its number, where it starts, its bytes.
#[derive(Clone, Copy)]
struct Line<'b> {
    number: u64,
    offset: usize,
    bytes: &'b [u8],
}

pub(super) struct Search<'s> {
    settings: &'s Settings,
    pub with_name: bool,
    /// Whether any line of any file was.
    pub selected: bool,
    /// Whether something was written that a `--` must part from what follows.
    separate: bool,
}

impl<'s> Search<'s> {
    pub fn new(settings: &'s Settings) -> Self {
        Self { settings, with_name: false, selected: false, separate: false }
    }

    /// Searches a file's bytes.
    pub fn file(&mut self, process: &mut Process<'_, '_>, name: &[u8], bytes: &[u8]) {
        let settings = self.settings;
        let is_binary = settings.delimiter != 0 && settings.binary != Binary::Text && bytes.contains(&0);
        if is_binary && settings.binary == Binary::WithoutMatch {
            return;
        }
        let count = if settings.shown == Shown::Lines && !settings.quiet {
            self.lines(process, name, bytes, is_binary)
        } else {
            self.count(process, bytes)
        };
        self.selected |= count > 0;
        if settings.quiet {
            return;
        }
        let end: &[u8] = if settings.null_names { &[0] } else { b"\n" };
        match settings.shown {
            Shown::Lines => {}
            Shown::Count => {
                let prefix = if self.with_name { self.prefix_of(name, b':') } else { Vec::new() };
                process.out([&prefix[..], format!("{count}\n").as_bytes()].concat());
            }
            Shown::Name if count > 0 => process.out([name, end].concat()),
            Shown::NameWithout if count == 0 => process.out([name, end].concat()),
            Shown::Name | Shown::NameWithout => {}
        }
    }

    /// How many lines are selected; where only that there are some counts, it ends at the first.
    fn count(&self, process: &mut Process<'_, '_>, bytes: &[u8]) -> u64 {
        let most = if self.settings.shown == Shown::Count && !self.settings.quiet {
            self.settings.most.unwrap_or(u64::MAX)
        } else {
            1
        };
        let mut count = 0;
        for line in lines(bytes, self.settings.delimiter) {
            if !process.stage.budget.step() {
                break;
            }
            count += u64::from(self.selects(process, line.bytes));
            if count >= most {
                break;
            }
        }
        count
    }

    fn selects(&self, process: &mut Process<'_, '_>, line: &[u8]) -> bool {
        self.settings.matcher.is_match(line, &mut process.stage.budget) != self.settings.invert
    }

    /// Writes the selected lines and what is around them; how many there were.
    fn lines(&mut self, process: &mut Process<'_, '_>, name: &[u8], bytes: &[u8], is_binary: bool) -> u64 {
        let settings = self.settings;
        let mut before: VecDeque<Line<'_>> = VecDeque::new();
        let (mut count, mut after) = (0, 0);
        // The last line written, to know where `--` goes.
        let mut written = 0;
        let mut stray = false;
        for line in lines(bytes, settings.delimiter) {
            if !process.stage.budget.step() {
                break;
            }
            let ended = settings.most.is_some_and(|most| count >= most);
            if ended && after == 0 {
                break;
            }
            if !ended && self.selects(process, line.bytes) {
                count += 1;
                if is_binary {
                    self.tell_binary(process, name);
                    return count;
                }
                if settings.binary == Binary::Told && std::str::from_utf8(line.bytes).is_err() {
                    stray = true;
                    continue;
                }
                let first = before.front().map_or(line.number, |l| l.number);
                self.part(process, first, written);
                before.drain(..).for_each(|l| self.write(process, name, l, b'-'));
                self.selected_line(process, name, line);
                (written, after) = (line.number, settings.after);
                continue;
            }
            if after > 0 {
                after -= 1;
                self.write(process, name, line, b'-');
                written = line.number;
            } else if settings.before > 0 {
                before.push_back(line);
                if before.len() > settings.before {
                    before.pop_front();
                }
            }
        }
        if stray {
            self.tell_binary(process, name);
        }
        count
    }

    /// Lines that are no text are not written (since grep 3.5 that is told on standard error).
    fn tell_binary(&self, process: &mut Process<'_, '_>, name: &[u8]) {
        process.fail(format_args!("{}: binary file matches", stream::text(name)));
    }

    /// `--` where lines were left out, or between files.
    fn part(&mut self, process: &mut Process<'_, '_>, first: u64, written: u64) {
        if self.settings.has_context && self.separate && (written == 0 || first > written + 1) {
            process.out(b"--\n");
        }
        self.separate = true;
    }

    fn selected_line(&self, process: &mut Process<'_, '_>, name: &[u8], line: Line<'_>) {
        if !self.settings.only_matching {
            return self.write(process, name, line, b':');
        }
        if self.settings.invert {
            return;
        }
        let mut from = 0;
        while from <= line.bytes.len() {
            let found = self.settings.matcher.find_at(line.bytes, from, &mut process.stage.budget);
            let Some((start, end)) = found else { break };
            if end > start {
                let part = Line { offset: line.offset + start, bytes: &line.bytes[start..end], ..line };
                self.write(process, name, part, b':');
            }
            from = if end > start { end } else { end + stream::character(&line.bytes[end..]).max(1) };
        }
    }

    fn write(&self, process: &mut Process<'_, '_>, name: &[u8], line: Line<'_>, mark: u8) {
        if mark == b'-' && self.settings.only_matching {
            return;
        }
        let mut out = if self.with_name { self.prefix_of(name, mark) } else { Vec::new() };
        if self.settings.line_numbers {
            out.extend(line.number.to_string().bytes().chain([mark]));
        }
        if self.settings.offsets {
            out.extend(line.offset.to_string().bytes().chain([mark]));
        }
        out.extend_from_slice(line.bytes);
        out.push(self.settings.delimiter);
        process.out(out);
    }

    fn prefix_of(&self, name: &[u8], mark: u8) -> Vec<u8> {
        [name, &[if self.settings.null_names { 0 } else { mark }]].concat()
    }
}

fn lines(bytes: &[u8], delimiter: u8) -> impl Iterator<Item = Line<'_>> {
    let mut offset = 0;
    stream::lines(bytes, delimiter).zip(1..).map(move |(line, number)| {
        let at = offset;
        offset += line.len() + 1;
        Line { number, offset: at, bytes: line }
    })
}
