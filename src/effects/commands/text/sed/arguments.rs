//! What commands are given: texts, file names, `s` and `y`.

use super::{
    super::stream,
    escapes,
    fault::{ScriptError, ScriptFault},
    parse::Parser,
    script::{Action, Part, Substitution},
};

impl Parser<'_> {
    /// The text of `a`, `i`, `c`: on the same line, or after a backslash and a newline; lines that end with a backslash go on.
    pub(super) fn text(&mut self) -> Result<Vec<u8>, ScriptError> {
        self.skip_blanks();
        let mut before = Vec::new();
        match self.peek() {
            None => return Err(self.error(ScriptFault::Text)),
            Some(b'\\') => {
                self.at += 1;
                let after = self.at;
                self.skip_blanks();
                match self.peek() {
                    None => return Ok(Vec::new()),
                    Some(b'\n') => self.at += 1,
                    // The backslash keeps the blanks after it, or takes any meaning from a letter.
                    Some(byte) if after == self.at => {
                        before.push(byte);
                        self.at += 1;
                    }
                    Some(_) => before.extend_from_slice(&self.source[after..self.at]),
                }
            }
            Some(_) => {}
        }
        let start = self.at;
        while let Some(byte) = self.peek().filter(|&b| b != b'\n') {
            self.at = (self.at + if byte == b'\\' { 2 } else { 1 }).min(self.source.len());
        }
        let text = escapes::text(&self.source[start..self.at]);
        self.at += usize::from(self.peek().is_some());
        Ok([&before[..], &text[..], b"\n"].concat())
    }

    /// The rest of the line.
    pub(super) fn file_name(&mut self) -> Result<Vec<u8>, ScriptError> {
        self.skip_blanks();
        let rest = &self.source[self.at..];
        let length = rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
        let name = rest[..length].to_vec();
        self.at += length;
        if self.settings.sandbox {
            return Err(self.error(ScriptFault::Sandbox));
        }
        if name.is_empty() { Err(self.error(ScriptFault::FileName)) } else { Ok(name) }
    }

    pub(super) fn output(&mut self) -> Result<usize, ScriptError> {
        let name = self.file_name()?;
        let outputs = &mut self.script.outputs;
        Ok(outputs.iter().position(|o| *o == name).unwrap_or_else(|| {
            outputs.push(name);
            outputs.len() - 1
        }))
    }

    pub(super) fn translation(&mut self) -> Result<Action, ScriptError> {
        let open = || ScriptFault::Open('y');
        let delimiter = self.peek().ok_or_else(|| self.error(open()))?;
        self.at += 1;
        let from = self.delimited(delimiter, false).ok_or_else(|| self.error(open()))?;
        let to = self.delimited(delimiter, false).ok_or_else(|| self.error(open()))?;
        let characters = |text: &[u8]| -> Vec<Vec<u8>> {
            let text = escapes::text(text);
            stream::characters(&text).map(<[u8]>::to_vec).collect()
        };
        let (from, to) = (characters(&from), characters(&to));
        if from.len() != to.len() {
            return Err(self.error(ScriptFault::Lengths));
        }
        Ok(Action::Translate(from.into_iter().zip(to).collect()))
    }

    pub(super) fn substitution(&mut self) -> Result<Action, ScriptError> {
        let open = || ScriptFault::Open('s');
        let delimiter = self.peek().filter(|&b| b != b'\n' && b != b'\\').ok_or_else(|| self.error(open()))?;
        self.at += 1;
        let source = self.delimited(delimiter, true).ok_or_else(|| self.error(open()))?;
        let replacement = self.delimited(delimiter, false).ok_or_else(|| self.error(open()))?;
        let mut substitution = Substitution {
            expression: None,
            replacement: escapes::replacement(&replacement),
            global: false,
            number: 0,
            print: false,
            write: None,
        };
        let (ignore_case, multiline) = self.flags(&mut substitution)?;
        substitution.expression = self.expression(&source, ignore_case, multiline)?;
        if let Some(expression) = &substitution.expression {
            let groups = substitution.replacement.iter().filter_map(|p| match p {
                Part::Group(n) => Some(*n),
                _ => None,
            });
            if let Some(n) = groups.max().filter(|n| *n > expression.groups()) {
                return Err(self.error(ScriptFault::Reference(n)));
            }
        }
        Ok(Action::Substitute(Box::new(substitution)))
    }

    /// The flags of `s`, to the end of the command: whether it ignores case, whether it is for many lines.
    fn flags(&mut self, substitution: &mut Substitution) -> Result<(bool, bool), ScriptError> {
        let (mut ignore_case, mut multiline) = (false, false);
        loop {
            let byte = self.peek();
            match byte {
                Some(b'i' | b'I') => ignore_case = true,
                Some(b'm' | b'M') => multiline = true,
                Some(b'g') if substitution.global => return Err(self.error(ScriptFault::Twice('g'))),
                Some(b'g') => substitution.global = true,
                Some(b'p') if substitution.print => return Err(self.error(ScriptFault::Twice('p'))),
                Some(b'p') => substitution.print = true,
                Some(b'0'..=b'9') => {
                    let number = self.number().unwrap_or(0);
                    if number == 0 {
                        return Err(self.error(ScriptFault::ZeroNumber));
                    }
                    substitution.number = usize::try_from(number).unwrap_or(usize::MAX);
                    continue;
                }
                Some(b'w') => {
                    self.at += 1;
                    substitution.write = Some(self.output()?);
                    return Ok((ignore_case, multiline));
                }
                Some(b'\r') => {}
                None | Some(b'}' | b'#' | b'\n' | b';' | b' ' | b'\t') => {
                    self.end_of_command()?;
                    return Ok((ignore_case, multiline));
                }
                Some(_) => return Err(self.error(ScriptFault::Flag)),
            }
            self.at += 1;
        }
    }
}
