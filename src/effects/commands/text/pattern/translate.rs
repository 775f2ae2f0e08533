//! Nodes as an expression of the `regex` crate.

use std::fmt::Write as _;

use regex::bytes::{Regex, RegexBuilder};

use super::{
    PatternError,
    node::{Look, Node, RAW, Set, Tree},
};

/// Bytes of a compiled expression.
const SIZE: usize = 4 << 20;

pub(super) fn regex(tree: &Tree) -> Result<Regex, PatternError> {
    let mut text = String::new();
    write(&tree.root, &tree.sets, &mut text);
    let built = RegexBuilder::new(&text).size_limit(SIZE).dfa_size_limit(SIZE).nest_limit(1000).build();
    built.map_err(|_| PatternError::TooBig)
}

fn write(node: &Node, sets: &[Set], out: &mut String) {
    match node {
        Node::Empty => out.push_str("(?:)"),
        Node::Set(set) => write_set(&sets[*set], out),
        Node::Look(look) => out.push_str(match look {
            Look::Start => r"\A",
            Look::End => r"\z",
            Look::LineStart => "(?m:^)",
            Look::LineEnd => "(?m:$)",
            Look::Boundary => r"(?-u:\b)",
            Look::Inside => r"(?-u:\B)",
            Look::WordStart => r"(?-u:\b{start})",
            Look::WordEnd => r"(?-u:\b{end})",
        }),
        Node::Group(inner, _) => {
            out.push('(');
            write(inner, sets, out);
            out.push(')');
        }
        Node::Concat(nodes) => nodes.iter().for_each(|n| write(n, sets, out)),
        Node::Alternate(nodes) => {
            out.push_str("(?:");
            for (i, node) in nodes.iter().enumerate() {
                out.push_str(if i > 0 { "|" } else { "" });
                write(node, sets, out);
            }
            out.push(')');
        }
        Node::Repeat { node, min, max, lazy } => {
            out.push_str("(?:");
            write(node, sets, out);
            out.push(')');
            let _ = match (min, max) {
                (0, None) => write!(out, "*"),
                (1, None) => write!(out, "+"),
                (0, Some(1)) => write!(out, "?"),
                (min, None) => write!(out, "{{{min},}}"),
                (min, Some(max)) => write!(out, "{{{min},{max}}}"),
            };
            out.push_str(if *lazy { "?" } else { "" });
        }
        Node::Reference(_) | Node::Assert { .. } | Node::Keep => {}
    }
}

fn write_set(set: &Set, out: &mut String) {
    let (characters, bytes): (Vec<_>, Vec<_>) = set.0.iter().partition(|(low, _)| *low < RAW);
    out.push_str("(?:");
    if !characters.is_empty() {
        out.push('[');
        for (low, high) in without_surrogates(&characters) {
            let _ = write!(out, r"\x{{{low:x}}}-\x{{{high:x}}}");
        }
        out.push(']');
    }
    for (at, (low, high)) in bytes.iter().enumerate() {
        out.push_str(if at > 0 || !characters.is_empty() { "|" } else { "" });
        let _ = write!(out, r"(?-u:[\x{:02x}-\x{:02x}])", low - RAW, high - RAW);
    }
    if set.0.is_empty() {
        out.push_str(r"(?-u:[^\x00-\xff])");
    }
    out.push(')');
}

/// `a[\x80-\U0010ffff]` and the like may run over them; they are no characters.
fn without_surrogates(ranges: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut out = Vec::with_capacity(ranges.len() + 1);
    for &(low, high) in ranges {
        if high < 0xd800 || low > 0xdfff {
            out.push((low, high));
        } else {
            out.extend((low < 0xd800).then_some((low, 0xd7ff)));
            out.extend((high > 0xdfff).then_some((0xe000, high)));
        }
    }
    out
}
