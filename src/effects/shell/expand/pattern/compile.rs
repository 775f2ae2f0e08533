//! From a pattern's text to its nodes.

use super::{DEEPEST, Item, LONGEST_NAME, Node};

pub(super) fn compile(p: &[u32], extended: bool, depth: usize) -> Vec<Node> {
    let (mut nodes, mut at) = (Vec::new(), 0);
    // What nothing closes is not looked for again and again.
    let last_bracket = p.iter().rposition(|&c| c == u32::from(b']')).unwrap_or(0);
    let closed = if extended && depth < DEEPEST { closed(p) } else { Vec::new() };
    while at < p.len() {
        let c = u8::try_from(p[at]).unwrap_or(0);
        if b"?*+@!".contains(&c)
            && closed.get(at + 1) == Some(&true)
            && let Some((alternatives, end)) = group(p, at + 2)
        {
            let alternatives = alternatives.into_iter().map(|a| compile(a, extended, depth + 1)).collect();
            nodes.push(Node::Group { kind: c, alternatives });
            at = end;
            continue;
        }
        let (node, next) = match c {
            b'\\' if at + 1 < p.len() => (Node::Char(p[at + 1]), at + 2),
            b'?' => (Node::Any, at + 1),
            b'*' => (Node::Star, at + 1),
            b'[' if at < last_bracket => class(p, at + 1).unwrap_or((Node::Char(p[at]), at + 1)),
            _ => (Node::Char(p[at]), at + 1),
        };
        if node != Node::Star || nodes.last() != Some(&Node::Star) {
            nodes.push(node);
        }
        at = next;
    }
    nodes
}

/// For each `(`, whether a `)` closes it.
fn closed(p: &[u32]) -> Vec<bool> {
    let (mut closed, mut open, mut at) = (vec![false; p.len()], Vec::new(), 0);
    while at < p.len() {
        match u8::try_from(p[at]).unwrap_or(0) {
            b'\\' => at += 1,
            b'(' => open.push(at),
            b')' => {
                if let Some(start) = open.pop() {
                    closed[start] = true;
                }
            }
            _ => {}
        }
        at += 1;
    }
    closed
}

/// The alternatives of a group, and what is behind its parenthesis.
fn group(p: &[u32], start: usize) -> Option<(Vec<&[u32]>, usize)> {
    let (mut at, mut open, mut from, mut all) = (start, 0, start, Vec::new());
    while at < p.len() {
        match u8::try_from(p[at]).unwrap_or(0) {
            b'\\' => at += 1,
            b'(' => open += 1,
            b')' if open > 0 => open -= 1,
            b')' => {
                all.push(&p[from..at]);
                return Some((all, at + 1));
            }
            b'|' if open == 0 => {
                all.push(&p[from..at]);
                from = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// `[…]`, from behind its bracket; none where it does not end.
fn class(p: &[u32], mut at: usize) -> Option<(Node, usize)> {
    let is = |at: usize, c: u8| p.get(at) == Some(&u32::from(c));
    let negated = is(at, b'!') || is(at, b'^');
    at += usize::from(negated);
    let (start, mut items) = (at, Vec::new());
    loop {
        if is(at, b']') && at > start {
            return Some((Node::Class { negated, items }, at + 1));
        }
        if is(at, b'[')
            && is(at + 1, b':')
            && let Some(length) =
                p[at + 2..].windows(2).take(LONGEST_NAME).position(|w| w == [u32::from(b':'), u32::from(b']')])
        {
            let name = p[at + 2..at + 2 + length].iter().filter_map(|&c| char::from_u32(c)).collect();
            items.push(Item::Named(name));
            at += length + 4;
            continue;
        }
        let (from, next) = character(p, at)?;
        at = next;
        if is(at, b'-') && !is(at + 1, b']') && at + 1 < p.len() {
            let (to, next) = character(p, at + 1)?;
            items.push(Item::Range(from, to));
            at = next;
        } else {
            items.push(Item::Range(from, from));
        }
    }
}

/// A character of a class, quoted, plain, or as `[.x.]` or `[=x=]`.
fn character(p: &[u32], at: usize) -> Option<(u32, usize)> {
    let c = *p.get(at)?;
    if c == u32::from(b'\\') {
        return Some((*p.get(at + 1)?, at + 2));
    }
    let sign = p.get(at + 1).filter(|s| c == u32::from(b'[') && [u32::from(b'.'), u32::from(b'=')].contains(s));
    if let (Some(sign), Some(inner)) = (sign, p.get(at + 2))
        && p.get(at + 3) == Some(sign)
        && p.get(at + 4) == Some(&u32::from(b']'))
    {
        return Some((*inner, at + 5));
    }
    Some((c, at + 1))
}
