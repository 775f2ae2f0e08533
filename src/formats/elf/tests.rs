use std::io::Read;

use super::{Class, Elf, Endian, Facts, machine, testing::Library};

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
