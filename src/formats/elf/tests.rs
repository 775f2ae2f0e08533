use std::io::Read;

use super::{Class, Elf, Endian, Facts, machine};

/// A library of a few hundred bytes: header, segments, names, dynamic section, notes; the names `gap` bytes on.
pub(super) struct Library {
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

    pub(super) fn bytes(&self) -> Vec<u8> {
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

fn library(class: Class, endian: Endian, machine: u16) -> Library {
    Library { class, endian, machine, soname: "libfoo.so.1", gap: 0, names_last: false }
}

fn streamed(bytes: &[u8]) -> Elf {
    Facts::read(bytes.len() as u64, &mut &*bytes).expect("a slice reads")
}

#[test]
fn every_architecture_tells_its_name() {
    use machine::*;
    let kinds = [
        (Class::Bits32, Endian::Little, I386),
        (Class::Bits64, Endian::Little, X86_64),
        (Class::Bits32, Endian::Little, X86_64),
        (Class::Bits64, Endian::Little, AARCH64),
        (Class::Bits64, Endian::Little, PPC64),
        (Class::Bits64, Endian::Big, S390),
        (Class::Bits64, Endian::Little, RISCV),
    ];
    for (class, endian, machine) in kinds {
        let bytes = library(class, endian, machine).bytes();
        let Elf::Object(facts) = streamed(&bytes) else { panic!("{machine} is an object") };
        assert_eq!((facts.class, facts.endian, facts.machine, facts.kind, facts.flags), (class, endian, machine, 3, 0));
        assert_eq!(facts.soname.as_deref(), Some(&b"libfoo.so.1"[..]));
        assert!(facts.dynamic && facts.needs_libc && facts.interpreter.is_none());
        assert_eq!(facts.os_version, 0x0003_0205);
        assert_eq!(Elf::decode(&Elf::Object(facts.clone()).encode()), Some(Elf::Object(facts.clone())));
        assert_eq!(Facts::of(bytes), Elf::Object(facts));
    }
}

#[test]
fn names_far_into_the_file_are_found_where_a_stream_can() {
    let far =
        |names_last| Library { gap: 9 << 20, names_last, ..library(Class::Bits64, Endian::Little, machine::X86_64) };
    let soname = |elf| match elf {
        Elf::Object(facts) => facts.soname.map(|s| String::from_utf8_lossy(&s).into_owned()),
        other => Some(format!("{other:?}")),
    };
    assert_eq!(soname(streamed(&far(true).bytes())).as_deref(), Some("libfoo.so.1"));
    assert_eq!(soname(streamed(&far(false).bytes())).as_deref(), Some("Unknown"));
    assert_eq!(soname(Facts::of(far(false).bytes())).as_deref(), Some("libfoo.so.1"));
}

#[test]
fn what_is_no_library_is_named_so() {
    assert_eq!(streamed(b"/* GNU ld script */\nGROUP ( /lib/libc.so.6 )"), Elf::Other);
    assert_eq!(streamed(b""), Elf::Other);
    assert_eq!(streamed(b"\x7fELF\x02\x01"), Elf::Broken);
    assert_eq!(Elf::decode(b"\x03"), None);
    assert_eq!(Elf::decode(b""), None);
}

#[test]
fn hostile_bytes_end_in_an_answer() {
    let good = library(Class::Bits64, Endian::Little, machine::X86_64).bytes();
    for at in 0..good.len() {
        for value in [0, 1, 0x7f, 0xff] {
            let mut bad = good.clone();
            bad[at] = value;
            assert!(Elf::decode(&streamed(&bad).encode()).is_some());
            let _ = Facts::of(bad);
        }
        let _ = streamed(&good[..at]);
        // Shorter than was said.
        let _ = Facts::read(good.len() as u64, &mut good[..at].take(at as u64)).expect("a slice reads");
    }
}
