//! `set -x`.

use super::Shell;
use crate::effects::shell::expand::quote_trace;

impl Shell<'_, '_, '_> {
    /// Shows a command's words on standard error.
    pub(super) fn trace(&mut self, words: &[Vec<u8>]) {
        if !self.state.options.xtrace {
            return;
        }
        let mut line = self.trace_sign();
        line.extend(words.iter().map(|w| quote_trace(w)).collect::<Vec<_>>().join(&b' '));
        line.push(b'\n');
        let _ = self.process.handle(2).write(self.process.stage, &line);
    }

    /// Shows an assignment.
    pub(super) fn trace_assign(&mut self, name: &str, value: &[u8], append: bool) {
        if !self.state.options.xtrace {
            return;
        }
        let value = if value.is_empty() { Vec::new() } else { quote_trace(value) };
        let sign = self.trace_sign();
        let line = [&sign[..], name.as_bytes(), if append { b"+=" } else { b"=" }, &value, b"\n"].concat();
        let _ = self.process.handle(2).write(self.process.stage, &line);
    }

    /// Shows a turn of `for`.
    pub(super) fn trace_for(&mut self, name: &str, values: &[Vec<u8>]) {
        if self.state.options.xtrace {
            let sign = self.trace_sign();
            let values = values.iter().map(|w| quote_trace(w)).collect::<Vec<_>>().join(&b' ');
            let line = [&sign[..], b"for ", name.as_bytes(), b" in ", &values, b"\n"].concat();
            let _ = self.process.handle(2).write(self.process.stage, &line);
        }
    }

    fn trace_sign(&mut self) -> Vec<u8> {
        let sign = self.value("PS4").unwrap_or_else(|| b"+ ".to_vec());
        let first = sign.first().copied().unwrap_or(b'+');
        [vec![first; self.state.subshells as usize], sign].concat()
    }
}
