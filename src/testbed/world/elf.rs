//! Small ELF files with the parts that tools read: a shared object's names, a kernel module's `.modinfo`.

use crate::terms::Arch;

fn header(arch: Arch, kind: u16, phnum: u16, shoff: u64, shnum: u16) -> Vec<u8> {
    let big = arch.is_big_endian();
    let machine: u16 = match arch {
        Arch::X86_64 => 62,
        Arch::Aarch64 => 183,
        Arch::Ppc64le => 21,
        Arch::S390x => 22,
    };
    let mut w = Words { out: vec![0x7f, b'E', b'L', b'F', 2, if big { 2 } else { 1 }, 1, 0], big };
    w.out.resize(16, 0);
    w.u16(kind);
    w.u16(machine);
    w.u32(1);
    w.u64(0); // entry
    w.u64(if phnum > 0 { 64 } else { 0 });
    w.u64(shoff);
    w.u32(0); // flags
    w.u16(64);
    w.u16(56);
    w.u16(phnum);
    w.u16(64);
    w.u16(shnum);
    w.u16(shnum.saturating_sub(1)); // section names are the last section
    w.out
}

struct Words {
    out: Vec<u8>,
    big: bool,
}

impl Words {
    fn u16(&mut self, n: u16) {
        self.out.extend_from_slice(&if self.big { n.to_be_bytes() } else { n.to_le_bytes() });
    }

    fn u32(&mut self, n: u32) {
        self.out.extend_from_slice(&if self.big { n.to_be_bytes() } else { n.to_le_bytes() });
    }

    fn u64(&mut self, n: u64) {
        self.out.extend_from_slice(&if self.big { n.to_be_bytes() } else { n.to_le_bytes() });
    }

    fn u64s(&mut self, all: &[u64]) {
        all.iter().for_each(|&n| self.u64(n));
    }
}

/// A program: a header, and some text so that no two are equal.
pub(super) fn program(arch: Arch, text: &str) -> Vec<u8> {
    let mut out = header(arch, 2, 0, 0, 0);
    out.extend_from_slice(text.as_bytes());
    out
}

/// A shared object with `DT_SONAME` and `DT_NEEDED`s, addresses equal to file offsets.
pub(super) fn shared_object(arch: Arch, soname: &str, needed: &[&str]) -> Vec<u8> {
    let mut strings = vec![0];
    let mut offset = |name: &str| {
        let at = strings.len() as u64;
        strings.extend_from_slice(name.as_bytes());
        strings.push(0);
        at
    };
    let mut dynamic: Vec<u64> = Vec::new();
    for name in needed {
        dynamic.extend([1, offset(name)]); // DT_NEEDED
    }
    dynamic.extend([14, offset(soname)]); // DT_SONAME
    let dynamic_at = 64 + 2 * 56;
    let dynamic_len = (dynamic.len() + 6) as u64 * 8;
    let strings_at = dynamic_at + dynamic_len;
    dynamic.extend([5, strings_at, 10, strings.len() as u64, 0, 0]); // DT_STRTAB, DT_STRSZ, DT_NULL
    let end = strings_at + strings.len() as u64;
    let mut w = Words { out: header(arch, 3, 2, 0, 0), big: arch.is_big_endian() };
    w.u32(1); // PT_LOAD, readable and executable
    w.u32(5);
    w.u64s(&[0, 0, 0, end, end, 0x1000]);
    w.u32(2); // PT_DYNAMIC, readable and writable
    w.u32(6);
    w.u64s(&[dynamic_at, dynamic_at, dynamic_at, dynamic_len, dynamic_len, 8]);
    w.u64s(&dynamic);
    w.out.extend_from_slice(&strings);
    w.out
}

/// A relocatable object whose `.modinfo` says these `key=value`s.
pub(super) fn kernel_module(arch: Arch, modinfo: &[String]) -> Vec<u8> {
    let mut info = Vec::new();
    for line in modinfo {
        info.extend_from_slice(line.as_bytes());
        info.push(0);
    }
    let names = b"\0.modinfo\0.shstrtab\0";
    let info_at = 64u64;
    let names_at = info_at + info.len() as u64;
    let sections_at = (names_at + names.len() as u64).next_multiple_of(8);
    let mut w = Words { out: header(arch, 1, 0, sections_at, 3), big: arch.is_big_endian() };
    w.out.extend_from_slice(&info);
    w.out.extend_from_slice(names);
    w.out.resize(sections_at as usize, 0);
    w.out.resize(w.out.len() + 64, 0); // the null section
    for (name, kind, flags, at, len) in
        [(1, 1, 2, info_at, info.len() as u64), (10, 3, 0, names_at, names.len() as u64)]
    {
        w.u32(name);
        w.u32(kind);
        w.u64s(&[flags, 0, at, len]);
        w.u32(0);
        w.u32(0);
        w.u64s(&[1, 0]);
    }
    w.out
}
