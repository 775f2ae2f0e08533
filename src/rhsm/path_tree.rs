//! The tree of granted paths in a certificate of version 3 (extension .7), by which the network's edge judges requests.
//!
//! A zlib stream with the words (segments of paths), each ended by NUL; the number of nodes; then bits: every node in turn lists
//! word and child until the empty word, words and nodes as Huffman codes in which what stands later is heavier
//! (subscription-manager's `pathtree.py`, Candlepin's `Huffman.java`). A node without children ends a path.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap},
    io::Read as _,
};

use super::Defect;

/// The words of the largest organisations are some 10 KiB.
const WORDS: u64 = 1 << 20;
const WHAT: &str = "the path tree";

/// Paths a certificate opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PathTree {
    /// Per node its segments and where they lead; the first is the root.
    nodes: Vec<Vec<(String, usize)>>,
}

impl PathTree {
    /// Decodes the extension's bytes.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Defect> {
        let (words, rest) = words(bytes)?;
        let mut bits = Bits { bytes: rest, at: 0 };
        let count = bits.node_count()?;
        // Every node takes a bit at least, to say that it ends.
        if count > rest.len().saturating_mul(8) {
            return Err(Defect::Value { what: WHAT });
        }
        let (by_word, by_node) = (Huffman::of(words.len()), Huffman::of(count.saturating_sub(1)));
        let mut nodes = Vec::with_capacity(count.max(1));
        for _ in 0..count.max(1) {
            let mut children = Vec::new();
            loop {
                let word = &words[by_word.next(&mut bits)?];
                if word.is_empty() {
                    break;
                }
                children.push((word.clone(), by_node.next(&mut bits)? + 1));
            }
            nodes.push(children);
        }
        Ok(Self { nodes })
    }

    /// Whether it opens this path: whether some path of the tree is the path's beginning. A word that is a variable
    /// (`$releasever`) stands for any segment, and `listing` is open wherever the path itself could go on.
    pub(super) fn opens(&self, path: &str) -> bool {
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        let mut here = BTreeSet::from([0]);
        for (i, segment) in segments.iter().enumerate() {
            if here.iter().any(|&n| self.nodes[n].is_empty()) {
                return true;
            }
            if *segment == "listing" && i + 1 == segments.len() {
                return !here.is_empty();
            }
            let fits = |(word, _): &&(String, usize)| word == segment || word.starts_with('$');
            here = here.iter().flat_map(|&n| self.nodes[n].iter().filter(fits)).map(|(_, child)| *child).collect();
        }
        here.iter().any(|&n| self.nodes[n].is_empty())
    }
}

/// The words, the empty one last, and what follows them.
fn words(bytes: &[u8]) -> Result<(Vec<String>, &[u8]), Defect> {
    let mut decoder = flate2::bufread::ZlibDecoder::new(bytes);
    let mut text = Vec::new();
    (&mut decoder).take(WORDS + 1).read_to_end(&mut text).map_err(Defect::PathWords)?;
    if text.len() as u64 > WORDS {
        return Err(Defect::TooLarge { limit: WORDS });
    }
    let read = usize::try_from(decoder.total_in()).unwrap_or(bytes.len());
    let words = text.split(|&b| b == 0).map(|w| String::from_utf8_lossy(w).into_owned()).collect();
    Ok((words, bytes.get(read..).unwrap_or_default()))
}

/// Bits, the highest of each byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn next(&mut self) -> Result<usize, Defect> {
        let byte = self.bytes.get(self.at / 8).ok_or(Defect::Truncated { what: WHAT })?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Ok(usize::from(bit))
    }

    fn byte(&mut self) -> Result<usize, Defect> {
        (0..8).try_fold(0, |byte, _| Ok(byte << 1 | self.next()?))
    }

    /// One byte below 128, or the number of bytes that follow, plus 128.
    fn node_count(&mut self) -> Result<usize, Defect> {
        match self.byte()? {
            count @ 0..=127 => Ok(count),
            long @ 128..=132 => (128..long).try_fold(0, |count, _| Ok(count << 8 | self.byte()?)),
            _ => Err(Defect::Value { what: WHAT }),
        }
    }
}

/// A Huffman tree over the numbers below `n`, each weighing one more than the last.
struct Huffman {
    leaves: usize,
    /// Both children of the inner nodes, which are numbered after the leaves.
    inner: Vec<[usize; 2]>,
}

impl Huffman {
    fn of(leaves: usize) -> Self {
        let mut inner = Vec::with_capacity(leaves);
        // Of equal weights the one that was there first comes first: numbers grow with time.
        let mut heap: BinaryHeap<Reverse<(u64, usize)>> = (0..leaves).map(|n| Reverse((n as u64 + 1, n))).collect();
        while let (Some(Reverse((light, left))), Some(Reverse((heavy, right)))) = (heap.pop(), heap.pop()) {
            inner.push([left, right]);
            heap.push(Reverse((light + heavy, leaves + inner.len() - 1)));
            if heap.len() == 1 {
                break;
            }
        }
        Self { leaves, inner }
    }

    /// The leaf that the next bits lead to.
    fn next(&self, bits: &mut Bits<'_>) -> Result<usize, Defect> {
        // A tree of one leaf has no code for it: writers add a second.
        let mut at = (self.leaves + self.inner.len()).checked_sub(1).filter(|_| !self.inner.is_empty());
        loop {
            match at {
                Some(leaf) if leaf < self.leaves => return Ok(leaf),
                Some(node) => at = Some(self.inner[node - self.leaves][bits.next()?]),
                None => return Err(Defect::Value { what: WHAT }),
            }
        }
    }
}
