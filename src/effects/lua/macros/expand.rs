//! Expansion.

use super::{
    Frame, Macros, Unexpandable,
    words::{arguments, closing, name_at},
};
use crate::effects::process::{Handle, Process};

/// Macros inside one another (rpm: 64).
const DEPTH: u32 = 64;
/// Bytes of an expansion.
const LIMIT: usize = 1 << 20;

impl Macros {
    /// The text with every macro expanded.
    pub(in super::super) fn expand(
        &mut self,
        process: &mut Process<'_, '_>,
        text: &[u8],
    ) -> Result<Vec<u8>, Unexpandable> {
        let mut out = Vec::new();
        self.text(process, text, &Frame::new(), 0, &mut out)?;
        Ok(out)
    }

    fn text(
        &mut self,
        process: &mut Process<'_, '_>,
        text: &[u8],
        frame: &Frame,
        depth: u32,
        out: &mut Vec<u8>,
    ) -> Result<(), Unexpandable> {
        if depth > DEPTH {
            return Err(Unexpandable);
        }
        let mut at = 0;
        while at < text.len() {
            if out.len() > LIMIT || !process.stage.budget.step() {
                return Err(Unexpandable);
            }
            let plain = text[at..].iter().position(|&b| b == b'%').unwrap_or(text.len() - at);
            out.extend_from_slice(&text[at..at + plain]);
            at += plain;
            if at < text.len() {
                at += self.reference(process, &text[at..], frame, depth, out)?;
            }
        }
        Ok(())
    }

    /// What starts with `%`; the bytes it takes.
    fn reference(
        &mut self,
        process: &mut Process<'_, '_>,
        text: &[u8],
        frame: &Frame,
        depth: u32,
        out: &mut Vec<u8>,
    ) -> Result<usize, Unexpandable> {
        match text.get(1) {
            Some(b'%') => {
                out.push(b'%');
                Ok(2)
            }
            Some(b'(') => {
                let end = closing(text, 1).ok_or(Unexpandable)?;
                let mut command = Vec::new();
                self.text(process, &text[2..end], frame, depth + 1, &mut command)?;
                let shell = vec![b"/bin/sh".to_vec(), b"-c".to_vec(), command];
                let (_, said) = process.capture(shell, Handle::null());
                out.extend_from_slice(said.trim_ascii_end());
                Ok(end + 1)
            }
            Some(b'{') => {
                let end = closing(text, 1).ok_or(Unexpandable)?;
                self.braced(process, &text[2..end], &text[..=end], frame, depth, out)?;
                Ok(end + 1)
            }
            Some(_) => self.bare(process, text, frame, depth, out),
            None => {
                out.push(b'%');
                Ok(1)
            }
        }
    }

    /// `%name`, `%?name`, `%!?name`, `%*`, `%1`; one with arguments takes the rest of the line.
    fn bare(
        &mut self,
        process: &mut Process<'_, '_>,
        text: &[u8],
        frame: &Frame,
        depth: u32,
        out: &mut Vec<u8>,
    ) -> Result<usize, Unexpandable> {
        let marks = text[1..].iter().take_while(|b| matches!(b, b'?' | b'!')).count();
        let start = 1 + marks;
        let special = match text.get(start) {
            Some(b'*' | b'#') => 1 + usize::from(text.get(start..start + 2) == Some(b"**")),
            Some(b'0'..=b'9') => text[start..].iter().take_while(|b| b.is_ascii_digit()).count(),
            _ => 0,
        };
        let len = if special > 0 { special } else { name_at(&text[start..]).len() };
        let name = &text[start..start + len];
        if name.is_empty() {
            out.push(b'%');
            return Ok(1);
        }
        let mut end = start + len;
        let mut inner = text[1..end].to_vec();
        if name == b"dnl" {
            let line = text.iter().position(|&b| b == b'\n').map_or(text.len(), |n| n + 1);
            return Ok(line);
        }
        if self.is_defined(name).1 || matches!(name, b"define" | b"global" | b"undefine") {
            let rest = text[end..].iter().position(|&b| b == b'\n').unwrap_or(text.len() - end);
            inner.extend_from_slice(&text[end..end + rest]);
            end += rest;
        }
        self.braced(process, &inner, &text[..end], frame, depth, out)?;
        Ok(end)
    }

    /// What is between braces; `whole` is all of it as written, for what is not known.
    fn braced(
        &mut self,
        process: &mut Process<'_, '_>,
        inner: &[u8],
        whole: &[u8],
        frame: &Frame,
        depth: u32,
        out: &mut Vec<u8>,
    ) -> Result<(), Unexpandable> {
        let marks = inner.iter().take_while(|b| matches!(b, b'?' | b'!')).count();
        let asked = inner[..marks].contains(&b'?');
        let negated = inner[..marks].iter().filter(|&&b| b == b'!').count() % 2 == 1;
        let rest = &inner[marks..];
        let name_len = match rest.first() {
            Some(b'-') => 1 + rest[1..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'*').count(),
            Some(b'*' | b'#' | b'0'..=b'9') => {
                rest.iter().take_while(|b| matches!(b, b'*' | b'#' | b'0'..=b'9')).count()
            }
            _ => name_at(rest).len(),
        };
        let (name, rest) = rest.split_at(name_len);
        let value = rest.strip_prefix(b":");
        let local = frame.get(name).cloned();
        let is_flag = name.first() == Some(&b'-');
        let defined = local.is_some() || (!is_flag && self.is_defined(name).0);
        if asked || is_flag {
            return match (defined != negated, value) {
                (true, Some(value)) => self.text(process, value, frame, depth + 1, out),
                (true, None) if defined => self.named(process, name, rest, local, depth, out),
                _ => Ok(()),
            };
        }
        if defined {
            return self.named(process, name, value.unwrap_or(rest), local, depth, out);
        }
        if frame.contains_key(&b"#"[..]) && name.first().is_some_and(|b| matches!(b, b'*' | b'#' | b'0'..=b'9')) {
            return Ok(());
        }
        if self.function(process, name, value.unwrap_or(rest), frame, depth, out)? {
            return Ok(());
        }
        out.extend_from_slice(whole);
        Ok(())
    }

    /// A macro's body, expanded, with `words` as its arguments where it takes some.
    fn named(
        &mut self,
        process: &mut Process<'_, '_>,
        name: &[u8],
        words: &[u8],
        local: Option<Vec<u8>>,
        depth: u32,
        out: &mut Vec<u8>,
    ) -> Result<(), Unexpandable> {
        if let Some(value) = local {
            out.extend_from_slice(&value);
            return Ok(());
        }
        let Some(known) = self.by_name.get(name).and_then(|d| d.last()).cloned() else { return Ok(()) };
        let frame = match &known.options {
            None => Frame::new(),
            Some(options) => {
                let mut expanded = Vec::new();
                self.text(process, words, &Frame::new(), depth + 1, &mut expanded)?;
                arguments(name, options, &expanded)
            }
        };
        self.text(process, &known.body, &frame, depth + 1, out)
    }

    /// rpm's own; true where it was one.
    fn function(
        &mut self,
        process: &mut Process<'_, '_>,
        name: &[u8],
        words: &[u8],
        frame: &Frame,
        depth: u32,
        out: &mut Vec<u8>,
    ) -> Result<bool, Unexpandable> {
        let mut value = Vec::new();
        if !matches!(name, b"define" | b"dnl" | b"lua") {
            self.text(process, words, frame, depth + 1, &mut value)?;
        }
        let value = value.trim_ascii();
        match name {
            b"define" => {
                self.define(words);
            }
            b"global" => {
                self.define(value);
            }
            b"undefine" => self.undefine(value),
            b"dnl" => {}
            b"expand" | b"quote" => self.text(process, value, frame, depth + 1, out)?,
            b"basename" => out.extend_from_slice(value.rsplit(|&b| b == b'/').next().unwrap_or_default()),
            b"dirname" => match value.iter().rposition(|&b| b == b'/') {
                Some(at) => out.extend_from_slice(&value[..at]),
                None => out.extend_from_slice(value),
            },
            b"suffix" => out.extend_from_slice(value.rsplit(|&b| b == b'.').next().unwrap_or_default()),
            b"exists" => out.push(if process.exists(value) { b'1' } else { b'0' }),
            b"getconfdir" => out.extend_from_slice(b"/usr/lib/rpm"),
            b"getenv" => out.extend_from_slice(process.env.get(value).map_or(b"", Vec::as_slice)),
            b"shrink" => {
                let words: Vec<_> = value.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty()).collect();
                out.extend_from_slice(&words.join(&b' '));
            }
            b"echo" | b"warn" | b"verbose" => {}
            b"error" => return Err(Unexpandable),
            _ => return Ok(false),
        }
        Ok(true)
    }
}
