//! The string table (glibc's `iconv/strtab.c`): a tree of reversed strings that nobody balances. Of two strings one of which ends
//! the other, the shorter lies in the longer, if the search for it meets that one.

/// A string of the table; 0 is the empty one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Text(usize);

struct Node {
    /// From its end.
    reversed: Vec<u8>,
    left: Option<usize>,
    right: Option<usize>,
    /// The next shorter string that lies in this one.
    shorter: Option<usize>,
}

#[derive(Default)]
pub(super) struct Strings {
    nodes: Vec<Node>,
    root: Option<usize>,
    depth: u64,
}

/// The table and where each string lies in it.
pub(super) struct Finished {
    pub(super) bytes: Vec<u8>,
    offsets: Vec<usize>,
}

impl Strings {
    /// How far down the last string went: what adding one costs.
    pub(super) fn depth(&self) -> u64 {
        self.depth
    }

    pub(super) fn add(&mut self, text: &[u8]) -> Text {
        if text.is_empty() {
            return Text(0);
        }
        let reversed: Vec<u8> = text.iter().rev().copied().collect();
        let new = self.nodes.len();
        let mut above: Option<(usize, bool)> = None;
        let mut at = self.root;
        self.depth = 0;
        while let Some(n) = at {
            self.depth += 1;
            let node = &self.nodes[n];
            let shared = node.reversed.len().min(reversed.len());
            match node.reversed[..shared].cmp(&reversed[..shared]) {
                std::cmp::Ordering::Equal => break,
                std::cmp::Ordering::Greater => (above, at) = (Some((n, true)), node.left),
                std::cmp::Ordering::Less => (above, at) = (Some((n, false)), node.right),
            }
        }
        let mut made = Node { reversed, left: None, right: None, shorter: None };
        if let Some(n) = at {
            let (node, len) = (&self.nodes[n], made.reversed.len());
            if node.reversed.len() == len {
                return Text(n + 1);
            }
            if node.reversed.len() > len {
                let mut below = node.shorter;
                while let Some(n) = below {
                    if self.nodes[n].reversed.len() == len {
                        return Text(n + 1);
                    }
                    below = self.nodes[n].shorter;
                }
                made.shorter = self.nodes[n].shorter.replace(new);
                self.nodes.push(made);
                return Text(new + 1);
            }
            // The new one is longer and takes its place.
            (made.left, made.right, made.shorter) = (node.left, node.right, Some(n));
        }
        self.nodes.push(made);
        match above {
            None => self.root = Some(new),
            Some((n, true)) => self.nodes[n].left = Some(new),
            Some((n, false)) => self.nodes[n].right = Some(new),
        }
        Text(new + 1)
    }

    /// Puts them in order, behind an empty string.
    pub(super) fn finish(&self) -> Finished {
        let mut finished = Finished { bytes: vec![0], offsets: vec![0; self.nodes.len() + 1] };
        let (mut ahead, mut at) = (Vec::new(), self.root);
        loop {
            while let Some(n) = at {
                ahead.push(n);
                at = self.nodes[n].left;
            }
            let Some(n) = ahead.pop() else { return finished };
            let node = &self.nodes[n];
            let start = finished.bytes.len();
            finished.bytes.extend(node.reversed.iter().rev());
            finished.bytes.push(0);
            finished.offsets[n + 1] = start;
            let mut below = node.shorter;
            while let Some(n) = below {
                finished.offsets[n + 1] = start + node.reversed.len() - self.nodes[n].reversed.len();
                below = self.nodes[n].shorter;
            }
            at = node.right;
        }
    }
}

impl Finished {
    pub(super) fn offset(&self, text: Text) -> usize {
        self.offsets[text.0]
    }
}
