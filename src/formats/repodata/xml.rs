//! A pull parser with ceilings: document size, element size, nesting; no entities but XML's own.

use std::io::{self, BufRead, Read};

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};

use super::RepodataError;

/// No tag, text or comment is longer (kernel descriptions are a few KiB; changelogs are not in the files read here).
const MAX_TOKEN: u64 = 1 << 20;
/// rpm-md nests five deep.
const MAX_DEPTH: u32 = 16;

/// Counts what goes by, and stops a token or a document that grows beyond its limit.
struct Bounded<R> {
    inner: R,
    read: u64,
    limit: u64,
    token_end: u64,
}

/// Marks an I/O error as ours.
#[derive(Debug)]
struct OverLimit;

impl std::fmt::Display for OverLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("over the size limit")
    }
}

impl std::error::Error for OverLimit {}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.read += n as u64;
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.read > self.limit || self.read > self.token_end {
            return Err(io::Error::other(OverLimit));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.read += amount as u64;
        self.inner.consume(amount);
    }
}

/// One step through a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// An element begins: see [`Xml::name`] and [`Xml::attributes`]. Empty ones are followed by `End` too.
    Start,
    /// The innermost element ends: its name is in [`Xml::name`], its text in [`Xml::text`].
    End,
    /// The document ends, whole.
    Eof,
}

/// The parser. It owns the last tag and text, so that a step borrows nothing and allocates nothing.
pub(super) struct Xml<R> {
    document: &'static str,
    reader: Reader<Bounded<R>>,
    buf: Vec<u8>,
    depth: u32,
    seen_root: bool,
    tag: String,
    name: (usize, usize),
    /// Text of the innermost element since its last start tag, entities resolved.
    pub text: String,
}

impl<R: BufRead> Xml<R> {
    /// `limit` is the most bytes the decompressed document may have.
    pub fn new(document: &'static str, inner: R, limit: u64) -> Self {
        let mut reader = Reader::from_reader(Bounded { inner, read: 0, limit, token_end: MAX_TOKEN });
        reader.config_mut().expand_empty_elements = true;
        let (buf, text, tag) = (Vec::new(), String::new(), String::new());
        Self { document, reader, buf, depth: 0, seen_root: false, tag, name: (0, 0), text }
    }

    /// On to the next start or end tag.
    pub fn step(&mut self) -> Result<Node, RepodataError> {
        loop {
            self.buf.clear();
            let bounded = self.reader.get_mut();
            bounded.token_end = bounded.read.saturating_add(MAX_TOKEN);
            let (position, limit) = (bounded.read, bounded.limit);
            let event =
                self.reader.read_event_into(&mut self.buf).map_err(|e| fault(self.document, position, limit, e))?;
            match event {
                Event::Start(start) => {
                    if !self.seen_root && is_html(&start) {
                        return Err(RepodataError::Html { document: self.document });
                    }
                    self.depth += 1;
                    self.seen_root = true;
                    self.text.clear();
                    self.tag.clear();
                    self.tag.push_str(&start);
                    let name = start.name();
                    self.name =
                        (name.into_inner().len() - name.local_name().into_inner().len(), name.into_inner().len());
                    if self.depth > MAX_DEPTH {
                        let limit = u64::from(MAX_DEPTH);
                        return Err(RepodataError::TooLarge { document: self.document, what: "a nesting", limit });
                    }
                    return Ok(Node::Start);
                }
                Event::End(end) => {
                    self.depth = self.depth.saturating_sub(1);
                    self.tag.clear();
                    self.tag.push_str(end.local_name().into_inner());
                    self.name = (0, self.tag.len());
                    return Ok(Node::End);
                }
                Event::Text(text) => self.text.push_str(&text),
                Event::CData(text) => self.text.push_str(&text),
                Event::GeneralRef(name) => match resolve(&name) {
                    Some(c) => self.text.push(c),
                    None => return Err(RepodataError::Entities { document: self.document }),
                },
                Event::DocType(kind) if is_html(&kind) => return Err(RepodataError::Html { document: self.document }),
                Event::DocType(_) => return Err(RepodataError::Entities { document: self.document }),
                Event::Eof if self.depth > 0 || !self.seen_root => {
                    return Err(RepodataError::Truncated { document: self.document, position });
                }
                Event::Eof => return Ok(Node::Eof),
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
            if self.text.len() as u64 > MAX_TOKEN {
                return Err(RepodataError::TooLarge { document: self.document, what: "a text", limit: MAX_TOKEN });
            }
        }
    }

    /// Name of the last tag, without prefix.
    pub fn name(&self) -> &str {
        &self.tag[self.name.0..self.name.1]
    }

    /// Calls `take` with every attribute of the last start tag: names without prefix, values unescaped.
    pub fn attributes(
        &self,
        mut take: impl FnMut(&str, &str) -> Result<(), RepodataError>,
    ) -> Result<(), RepodataError> {
        let bad = |_| RepodataError::invalid(self.document, "a malformed attribute in", &self.tag);
        let tag = BytesStart::from_content(self.tag.as_str(), self.name.1);
        let mut attributes = tag.attributes();
        attributes.with_checks(false);
        // quick-xml's own check allocates for every tag; these are never many.
        let (mut seen, mut count) = ([""; 16], 0);
        for attribute in attributes {
            let attribute = attribute.map_err(|e| bad(e.into()))?;
            let key = attribute.key.into_inner();
            if seen[..count].contains(&key) {
                return Err(RepodataError::invalid(self.document, "an attribute twice in", &self.tag));
            }
            if count < seen.len() {
                seen[count] = key;
                count += 1;
            }
            let name = attribute.key.local_name().into_inner();
            if attribute.value.bytes().any(|b| matches!(b, b'&' | b'\r' | b'\n' | b'\t')) {
                take(name, &attribute.normalized_value(XmlVersion::Implicit1_0).map_err(bad)?)?;
            } else {
                take(name, &attribute.value)?;
            }
        }
        Ok(())
    }
}

/// Whether a tag or a document type begins with `html`, in any case.
fn is_html(text: &str) -> bool {
    let word = text.trim_start().split(|c: char| !c.is_ascii_alphanumeric()).next();
    word.is_some_and(|w| w.eq_ignore_ascii_case("html"))
}

fn fault(document: &'static str, position: u64, limit: u64, error: quick_xml::Error) -> RepodataError {
    if let quick_xml::Error::Io(e) = &error {
        if e.get_ref().is_some_and(|e| e.is::<OverLimit>()) {
            return if position >= limit {
                RepodataError::TooLarge { document, what: "a size", limit }
            } else {
                RepodataError::TooLarge { document, what: "an element", limit: MAX_TOKEN.min(limit) }
            };
        }
        if e.kind() == io::ErrorKind::UnexpectedEof {
            return RepodataError::Truncated { document, position };
        }
    }
    if let quick_xml::Error::Syntax(_) = &error {
        // quick-xml's syntax errors are all of the kind "a tag, comment or CDATA was never closed".
        return RepodataError::Truncated { document, position };
    }
    RepodataError::Damaged { document, position, source: Box::new(error) }
}

/// XML's five entities and character references.
fn resolve(name: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    match &**name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => name.resolve_char_ref().ok().flatten(),
    }
}
