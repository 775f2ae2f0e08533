//! Directories that were named after what a processor has, until glibc 2.36 (`sysdeps/**/dl-procinfo.[ch]` there).

use super::dialect::Family;

/// The bit for the `tls` directory.
const TLS: u32 = 63;

/// Whether ldconfig goes down into a directory of that name.
pub(super) fn is_searched(family: Family, name: &[u8]) -> bool {
    platform(family, name).is_some() || name == b"tls" || important(family).contains(&name)
}

/// The bits that the last components of a path stand for.
pub(super) fn bits(family: Family, path: &[u8]) -> u64 {
    let bit =
        |name: &&[u8]| capability(family, name).or_else(|| platform(family, name)).or((*name == b"tls").then_some(TLS));
    // The first component follows a slash and counts; an empty name never does.
    path.split(|&b| b == b'/')
        .rev()
        .map(|name| bit(&name))
        .map_while(|b| b)
        .fold(0u64, |sum, bit| sum.wrapping_add(1 << bit))
}

fn important(family: Family) -> &'static [&'static [u8]] {
    match family {
        Family::X86 => &[b"sse2", b"x86_64", b"avx512_1"],
        Family::Arm => &[b"atomics"],
        Family::Power => &[b"altivec", b"dfp"],
        Family::S390 => &[b"zarch", b"ldisp", b"eimm", b"dfp", b"vx", b"vxe", b"vxe2"],
        Family::Riscv | Family::Other => &[],
    }
}

fn capability(family: Family, name: &[u8]) -> Option<u32> {
    let numbered: &[(&[u8], u32)] = match family {
        Family::X86 => &[(b"sse2", 0), (b"x86_64", 1), (b"avx512_1", 2)],
        Family::Arm => &[(b"fp", 0), (b"asimd", 1), (b"atomics", 8), (b"sve", 22)],
        Family::Power => &[
            (b"altivec", 28),
            (b"dfp", 10),
            (b"vsx", 7),
            (b"power6x", 9),
            (b"power5+", 17),
            (b"power5", 18),
            (b"power4", 19),
        ],
        Family::S390 => &[
            (b"zarch", 1),
            (b"ldisp", 4),
            (b"eimm", 5),
            (b"dfp", 6),
            (b"highgprs", 9),
            (b"te", 10),
            (b"vx", 11),
            (b"vxe", 13),
            (b"vxe2", 15),
        ],
        Family::Riscv | Family::Other => &[],
    };
    numbered.iter().find(|(known, _)| *known == name).map(|(_, bit)| *bit)
}

fn platform(family: Family, name: &[u8]) -> Option<u32> {
    let (first, names): (u32, &[&[u8]]) = match family {
        Family::X86 => (48, &[b"i586", b"i686", b"haswell", b"xeon_phi"]),
        Family::Power => (
            32,
            &[
                b"power4",
                b"ppc970",
                b"power5",
                b"power5+",
                b"power6",
                b"ppc-cell-be",
                b"power6x",
                b"power7",
                b"ppca2",
                b"ppc405",
                b"ppc440",
                b"ppc464",
                b"ppc476",
                b"power8",
                b"power9",
                b"power10",
            ],
        ),
        Family::S390 => {
            (32, &[b"g5", b"z900", b"z990", b"z9-109", b"z10", b"z196", b"zEC12", b"z13", b"z14", b"z15", b"z16"])
        }
        Family::Arm | Family::Riscv | Family::Other => return None,
    };
    names.iter().position(|n| *n == name).map(|n| first + n as u32)
}
