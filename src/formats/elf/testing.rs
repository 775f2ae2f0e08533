//! Libraries of a few hundred bytes, for tests.

use super::{Class, Endian, machine};

/// One of x86-64 with that soname.
pub(crate) fn library(soname: &'static str) -> Vec<u8> {
    let (class, endian, machine) = (Class::Bits64, Endian::Little, machine::X86_64);
    Library { class, endian, machine, soname, gap: 0, names_last: false }.bytes()
}

/// A library of a few hundred bytes: header, segments, names, dynamic section, notes; the names `gap` bytes on.
pub(crate) struct Library {
    pub class: Class,
    pub endian: Endian,
    pub machine: u16,
    pub soname: &'static str,
    pub gap: usize,
    /// Names after the dynamic section instead of before.
    pub names_last: bool,
}

impl Library {
    fn put(&self, out: &mut Vec<u8>, value: u64, len: usize) {
        let mut bytes = value.to_le_bytes()[..len].to_vec();
        if self.endian == Endian::Big {
            bytes.reverse();
        }
        out.extend(bytes);
    }

    pub fn bytes(&self) -> Vec<u8> {
        let wide = self.class == Class::Bits64;
        let word = if wide { 8 } else { 4 };
        let (header, entry) = if wide { (64, 56) } else { (52, 32) };
        let strings = [b"\0libc.so.6\0", self.soname.as_bytes(), b"\0"].concat();
        let dynamic_size = 4 * 2 * word;
        let note = header + 3 * entry;
        let first = note + 32 + self.gap;
        let (names, dynamic) =
            if self.names_last { (first + dynamic_size, first) } else { (first, first + strings.len()) };
        let mut out =
            vec![0x7f, b'E', b'L', b'F', if wide { 2 } else { 1 }, if self.endian == Endian::Big { 2 } else { 1 }, 1];
        out.resize(16, 0);
        let put = |out: &mut Vec<u8>, value: usize, len: usize| self.put(out, value as u64, len);
        for (value, len) in
            [(3, 2), (usize::from(self.machine), 2), (1, 4), (0, word), (header, word), (0, word), (0, 4)]
        {
            put(&mut out, value, len);
        }
        for value in [header, entry, 3, 0, 0, 0] {
            put(&mut out, value, 2);
        }
        let mut segment = |kind: usize, offset: usize, size: usize, align: usize| {
            let fields = match wide {
                true => {
                    vec![(kind, 4), (0, 4), (offset, 8), (offset + 4096, 8), (0, 8), (size, 8), (size, 8), (align, 8)]
                }
                false => {
                    vec![(kind, 4), (offset, 4), (offset + 4096, 4), (0, 4), (size, 4), (size, 4), (0, 4), (align, 4)]
                }
            };
            fields.into_iter().for_each(|(value, len)| put(&mut out, value, len));
        };
        segment(1, 0, first + dynamic_size + strings.len(), 4096);
        segment(2, dynamic, dynamic_size, 8);
        segment(4, note, 32, 4);
        for value in [4, 16, 1] {
            put(&mut out, value, 4);
        }
        out.extend(b"GNU\0");
        for value in [0, 3, 2, 0x105] {
            put(&mut out, value, 4);
        }
        out.resize(first, 0xaa);
        let mut section = Vec::new();
        for (tag, value) in [(1, 1), (14, 11), (5, names + 4096), (0, 0)] {
            put(&mut section, tag, word);
            put(&mut section, value, word);
        }
        let parts = if self.names_last { [section, strings] } else { [strings, section] };
        out.extend(parts.concat());
        out.resize(out.len().max(256), 0);
        out
    }
}
