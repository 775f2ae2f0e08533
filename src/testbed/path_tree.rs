//! Trees of granted paths as Candlepin writes them into certificates (`huffman/Huffman.java`): words, number of nodes, bits.

use std::collections::BTreeMap;

use super::entitlement::deflated;

/// A node's segments and where they lead.
type Node = BTreeMap<String, usize>;

/// The extension's bytes for these paths.
pub(super) fn path_tree(paths: &[&str]) -> Vec<u8> {
    let mut nodes = nodes(paths);
    let mut words: Vec<String> = nodes.iter().flat_map(|n| n.keys().cloned()).collect();
    words.sort();
    words.dedup();
    let text: String = words.iter().flat_map(|w| [w.as_str(), "\0"]).collect();
    words.push(String::new());
    // The only child would have no code: a node that nothing leads to gives it one.
    if nodes.len() == 2 {
        nodes.push(Node::new());
    }
    let (word_codes, node_codes) = (codes(words.len()), codes(nodes.len() - 1));
    let mut bits = String::new();
    for node in &nodes {
        for (word, child) in node {
            let place = words.iter().position(|w| w == word).expect("every word is listed");
            bits += &word_codes[place];
            bits += &node_codes[child - 1];
        }
        bits += &word_codes[words.len() - 1];
    }
    let mut out = deflated(text.as_bytes());
    out.extend(match u8::try_from(nodes.len()) {
        Ok(few @ ..=127) => vec![few],
        _ => [vec![130], u16::try_from(nodes.len()).expect("the testbed's trees are small").to_be_bytes().to_vec()]
            .concat(),
    });
    let byte = |bits: &[u8]| bits.iter().enumerate().fold(0, |byte, (i, b)| byte | (b - b'0') << (7 - i));
    out.extend(bits.as_bytes().chunks(8).map(byte));
    out
}

/// Nodes in the order in which paths reach them, the root first.
fn nodes(paths: &[&str]) -> Vec<Node> {
    let mut nodes = vec![Node::new()];
    for path in paths {
        let mut here = 0;
        for segment in path.trim_matches('/').split('/') {
            let next = nodes.len();
            here = *nodes[here].entry(segment.to_owned()).or_insert(next);
            if here == next {
                nodes.push(Node::new());
            }
        }
    }
    nodes
}

/// Huffman codes of `n` leaves that weigh 1, 2, 3 …; of equals the older one goes first.
fn codes(n: usize) -> Vec<String> {
    let mut codes = vec![String::new(); n];
    let mut trees: Vec<(usize, Vec<usize>)> = (0..n).map(|leaf| (leaf + 1, vec![leaf])).collect();
    while trees.len() > 1 {
        trees.sort_by_key(|(weight, _)| *weight);
        let [(light, left), (heavy, right)] = [trees.remove(0), trees.remove(0)];
        left.iter().for_each(|leaf| codes[*leaf].insert(0, '0'));
        right.iter().for_each(|leaf| codes[*leaf].insert(0, '1'));
        trees.push((light + heavy, [left, right].concat()));
    }
    codes
}
