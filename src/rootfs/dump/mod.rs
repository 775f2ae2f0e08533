//! The tree as text, one line a path: what fixtures, `diff` and bug reports share.
//!
//! ```text
//! PATH dir MODE UID:GID MTIME [NAME=HEX…]
//! PATH file MODE UID:GID MTIME SIZE CONTENT [NAME=HEX…]
//! PATH symlink MODE UID:GID MTIME TARGET
//! PATH char|block MODE UID:GID MTIME MAJOR:MINOR        PATH fifo MODE UID:GID MTIME
//! PATH hardlink FIRST-PATH
//! ```
//! CONTENT is `base:LAYER:ENTRY`, `package:ID:FILE` or `sha256:…`. Bytes outside printable ASCII, and the backslash and the
//! space, are written `\xHH`.

mod parse;

pub use parse::{DumpError, parse};

use std::{
    collections::HashMap,
    fmt::{self, Write},
};

use super::{Content, Kind, Metadata, Node, Rootfs, Special, tree::LeafId};
use crate::terms::Digest;

/// The whole tree.
pub fn text(fs: &Rootfs) -> String {
    let mut out = String::new();
    let mut seen: HashMap<LeafId, String> = HashMap::new();
    for (path, id, node) in fs.iter() {
        let name = escape(&[b"/", path.as_bytes()].concat());
        if let Some(first) = seen.get(&id) {
            let _ = writeln!(out, "{name} hardlink {first}");
            continue;
        }
        let _ = writeln!(out, "{name} {}", line(node));
        seen.insert(id, name);
    }
    out
}

/// One node's line, without its path.
pub fn line(node: &Node) -> String {
    with_content(node, true)
}

/// The same without a file's CONTENT: what is left when the bytes are named another way.
pub fn line_without_content(node: &Node) -> String {
    with_content(node, false)
}

fn with_content(node: &Node, names_content: bool) -> String {
    let m = &node.metadata;
    let head = |kind: &str| format!("{kind} {:04o} {}:{} {}", m.mode, m.uid, m.gid, m.mtime);
    let mut out = match &node.kind {
        Kind::Directory => head("dir"),
        Kind::File { size, .. } if !names_content => format!("{} {size}", head("file")),
        Kind::File { size, content } => format!("{} {size} {}", head("file"), ContentName(content)),
        Kind::Symlink(target) => format!("{} {}", head("symlink"), escape(target)),
        Kind::Special(Special::Char { major, minor }) => format!("{} {major}:{minor}", head("char")),
        Kind::Special(Special::Block { major, minor }) => format!("{} {major}:{minor}", head("block")),
        Kind::Special(Special::Fifo) => head("fifo"),
    };
    put_xattrs(&mut out, m);
    out
}

fn put_xattrs(out: &mut String, m: &Metadata) {
    for (name, value) in m.xattrs.iter().flat_map(|x| x.iter()) {
        let _ = write!(out, " {}={}", escape(name.as_bytes()), hex::encode(value));
    }
}

struct ContentName<'a>(&'a Content);

impl fmt::Display for ContentName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Content::Base { layer, entry } => write!(f, "base:{layer}:{entry}"),
            Content::Package { package, file } => write!(f, "package:{}:{file}", package.0),
            Content::Inline(bytes) => write!(f, "{}", Digest::of(bytes)),
        }
    }
}

/// Bytes for people: UTF-8 stays as it is; control characters, what is no UTF-8, and the backslash are written `\xHH`.
pub fn readable(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control() || c == '\\' {
                c.encode_utf8(&mut [0; 4]).bytes().for_each(|b| put_hex(&mut out, b));
            } else {
                out.push(c);
            }
        }
        chunk.invalid().iter().for_each(|b| put_hex(&mut out, *b));
    }
    out
}

fn put_hex(out: &mut String, byte: u8) {
    let _ = write!(out, "\\x{byte:02x}");
}

fn escape(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for &b in bytes {
        if b.is_ascii_graphic() && b != b'\\' {
            out.push(b as char);
        } else {
            put_hex(&mut out, b);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_for_people() {
        assert_eq!(super::readable("etc/Főtanúsítvány x".as_bytes()), "etc/Főtanúsítvány x");
        assert_eq!(super::readable(b"a\x1b[31m\\\xff\n"), "a\\x1b[31m\\x5c\\xff\\x0a");
    }
}
