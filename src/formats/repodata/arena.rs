//! Interning: equal things are stored once and named by a dense number.

/// FNV-1a over 8-byte steps: stable across runs and machines, because the table is saved with the catalog.
pub(super) fn hash(bytes: &[u8]) -> u32 {
    let mut h: u64 = 0xcbf2_9ce4_8422_2325;
    let mut chunks = bytes.chunks_exact(8);
    for c in &mut chunks {
        h = (h ^ u64::from_le_bytes(c.try_into().expect("chunks of 8"))).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        h ^= h >> 29;
    }
    for &b in chunks.remainder() {
        h = (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    h = (h ^ (h >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (h >> 32) as u32
}

/// An open-addressing table of dense numbers; what they stand for is the caller's to compare.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// 0 is empty, else number + 1.
    pub slots: Vec<u32>,
    len: usize,
}

impl Table {
    /// The number of the equal thing, or a free place for it.
    pub fn find(&self, hash: u32, mut same: impl FnMut(u32) -> bool) -> Result<u32, usize> {
        if self.slots.is_empty() {
            return Err(0);
        }
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            match self.slots[at] {
                0 => return Err(at),
                n if same(n - 1) => return Ok(n - 1),
                _ => at = (at + 1) & mask,
            }
        }
    }

    /// Adds `number`, which `find` did not find; `hash_of` serves growing.
    pub fn insert(&mut self, hash: u32, number: u32, hash_of: impl Fn(u32) -> u32) {
        if (self.len + 1) * 8 > self.slots.len() * 7 {
            let size = (self.slots.len() * 2).max(64);
            let old = std::mem::replace(&mut self.slots, vec![0; size]);
            for n in old.into_iter().filter(|&n| n != 0) {
                self.place(hash_of(n - 1), n);
            }
        }
        self.place(hash, number + 1);
        self.len += 1;
    }

    fn place(&mut self, hash: u32, value: u32) {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while self.slots[at] != 0 {
            at = (at + 1) & mask;
        }
        self.slots[at] = value;
    }
}

/// Strings, each once.
#[derive(Debug)]
pub(super) struct Strings {
    pub heap: Vec<u8>,
    /// Start of each string; one more than there are strings.
    pub starts: Vec<u32>,
    pub table: Table,
}

impl Default for Strings {
    fn default() -> Self {
        let mut s = Self { heap: Vec::new(), starts: vec![0], table: Table::default() };
        s.intern(""); // number 0
        s
    }
}

impl Strings {
    pub fn get(&self, n: u32) -> &[u8] {
        &self.heap[self.starts[n as usize] as usize..self.starts[n as usize + 1] as usize]
    }

    /// The string's number. The caller keeps the heap below 4 GiB.
    pub fn intern(&mut self, text: &str) -> u32 {
        let bytes = text.as_bytes();
        let h = hash(bytes);
        match self.table.find(h, |n| self.get(n) == bytes) {
            Ok(n) => n,
            Err(_) => {
                let n = (self.starts.len() - 1) as u32;
                self.heap.extend_from_slice(bytes);
                self.starts.push(self.heap.len() as u32);
                let (heap, starts) = (&self.heap, &self.starts);
                let hash_of = |n: u32| hash(&heap[starts[n as usize] as usize..starts[n as usize + 1] as usize]);
                self.table.insert(h, n, hash_of);
                n
            }
        }
    }
}

/// Triples of numbers, each once.
#[derive(Debug, Default)]
pub(super) struct Triples {
    pub items: Vec<[u32; 3]>,
    table: Table,
}

impl Triples {
    pub fn intern(&mut self, t: [u32; 3]) -> u32 {
        let hash_of = |t: &[u32; 3]| {
            let mut h = 0x9e37_79b9u32;
            for &x in t {
                h = (h ^ x).wrapping_mul(0x85eb_ca6b);
                h ^= h >> 15;
            }
            h
        };
        let h = hash_of(&t);
        match self.table.find(h, |n| self.items[n as usize] == t) {
            Ok(n) => n,
            Err(_) => {
                let n = self.items.len() as u32;
                self.items.push(t);
                let items = &self.items;
                self.table.insert(h, n, |n| hash_of(&items[n as usize]));
                n
            }
        }
    }
}
