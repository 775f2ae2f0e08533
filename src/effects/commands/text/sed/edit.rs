//! Commands that change the pattern space, or write it.

use super::{
    super::stream,
    machine::{Appended, LARGEST, Machine},
    script::{Action, Substitution},
    substitute::substitute,
};

impl Machine<'_, '_, '_> {
    /// Commands between the two spaces, and those that print.
    pub(super) fn move_or_print(&mut self, action: &Action) {
        let delimiter = self.settings.delimiter;
        match action {
            Action::Get => (self.space, self.whole) = (self.hold.clone(), self.hold_whole),
            Action::Hold => (self.hold, self.hold_whole) = (self.space.clone(), self.whole),
            Action::GetAppend if self.space.len() + self.hold.len() < LARGEST => {
                self.space.push(delimiter);
                self.space.extend_from_slice(&self.hold);
                self.whole = self.hold_whole;
            }
            Action::HoldAppend if self.space.len() + self.hold.len() < LARGEST => {
                self.hold.push(delimiter);
                self.hold.extend_from_slice(&self.space);
                self.hold_whole = self.whole;
            }
            Action::Exchange => {
                std::mem::swap(&mut self.space, &mut self.hold);
                std::mem::swap(&mut self.whole, &mut self.hold_whole);
            }
            Action::Zap => self.space.clear(),
            Action::Print => self.print_space(),
            Action::PrintFirst => {
                let line = self.first_line().to_vec();
                self.main.line(self.process, &line, delimiter, true);
            }
            Action::Number => {
                let text = format!("{}\n", self.input.line);
                self.main.raw(self.process, text.as_bytes(), b'\n');
            }
            Action::FileName => {
                let name = [self.input.name(), b"\n"].concat();
                self.main.raw(self.process, &name, b'\n');
            }
            Action::List(width) => {
                let text = listed(&self.space, width.unwrap_or(self.settings.width));
                self.main.raw(self.process, &text, b'\n');
            }
            _ => {}
        }
    }

    pub(super) fn write_space(&mut self, output: usize) {
        let line = std::mem::take(&mut self.space);
        self.write(output, &line, self.whole);
        self.space = line;
    }

    pub(super) fn write(&mut self, output: usize, line: &[u8], whole: bool) {
        let delimiter = self.settings.delimiter;
        let output = match &mut self.outputs[output] {
            Some(output) => output,
            None if self.settings.in_place.is_some() => &mut self.stdout,
            None => &mut self.main,
        };
        output.line(self.process, line, delimiter, whole);
    }

    pub(super) fn read_line(&mut self, name: &[u8]) {
        if !self.readers.contains_key(name) {
            let bytes = self.process.read_file(name).unwrap_or_default();
            self.readers.insert(name.to_vec(), (bytes, 0));
        }
        let Some((bytes, at)) = self.readers.get_mut(name) else { return };
        if *at < bytes.len() {
            let rest = &bytes[*at..];
            let line = rest.split(|&b| b == self.settings.delimiter).next().unwrap_or_default().to_vec();
            *at += line.len() + 1;
            self.appended.push(Appended::Line(line));
        }
    }

    pub(super) fn substitute(&mut self, substitution: &Substitution) {
        let Some(pattern) = self.pattern(&substitution.expression) else { return };
        let found = substitute(&self.space, &pattern, substitution, &mut self.process.stage.budget);
        let Some(new) = found.filter(|new| new.len() < LARGEST) else { return };
        self.space = new;
        self.replaced = true;
        if substitution.print {
            self.print_space();
        }
        if let Some(output) = substitution.write {
            self.write_space(output);
        }
    }

    pub(super) fn translate(&mut self, pairs: &[(Vec<u8>, Vec<u8>)]) {
        let characters = stream::characters(&self.space);
        let translated = characters.flat_map(|c| pairs.iter().find(|(from, _)| from == c).map_or(c, |(_, to)| to));
        self.space = translated.copied().collect();
    }
}

/// `l`: everything visible, lines broken at `width`.
fn listed(space: &[u8], width: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut column = 0;
    for &byte in space {
        let shown = match byte {
            b'\\' => b"\\\\".to_vec(),
            7 => b"\\a".to_vec(),
            8 => b"\\b".to_vec(),
            9 => b"\\t".to_vec(),
            10 => b"\\n".to_vec(),
            11 => b"\\v".to_vec(),
            12 => b"\\f".to_vec(),
            13 => b"\\r".to_vec(),
            32..=126 => vec![byte],
            _ => format!("\\{byte:03o}").into_bytes(),
        };
        if width > 1 && column + shown.len() > width - 1 {
            out.extend_from_slice(b"\\\n");
            column = 0;
        }
        column += shown.len();
        out.extend_from_slice(&shown);
    }
    out.extend_from_slice(b"$\n");
    out
}
