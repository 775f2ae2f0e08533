//! What is found in a file, and its compact form.

/// `EI_CLASS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// `ELFCLASS32`.
    Bits32,
    /// `ELFCLASS64`.
    Bits64,
}

/// `EI_DATA`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    /// `ELFDATA2LSB`.
    Little,
    /// `ELFDATA2MSB`.
    Big,
}

/// Numbers of `e_machine`.
pub mod machine {
    /// Intel 80386.
    pub const I386: u16 = 3;
    /// PowerPC.
    pub const PPC: u16 = 20;
    /// PowerPC, 64 bit.
    pub const PPC64: u16 = 21;
    /// IBM S/390 and Z.
    pub const S390: u16 = 22;
    /// ARM.
    pub const ARM: u16 = 40;
    /// AMD x86-64; with 32 bit class it is x32.
    pub const X86_64: u16 = 62;
    /// ARM, 64 bit.
    pub const AARCH64: u16 = 183;
    /// RISC-V.
    pub const RISCV: u16 = 243;
}

/// A file, as the linker's cache sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Elf {
    /// No ELF file at all: a linker script, a text, an empty file.
    Other,
    /// An ELF file that is cut off or contradicts itself.
    Broken,
    /// What is needed lies where a stream does not come by again; [`Facts::of`] the whole file tells.
    Unknown,
    /// An ELF file.
    Object(Facts),
}

/// What an ELF file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// `EI_CLASS`.
    pub class: Class,
    /// `EI_DATA`.
    pub endian: Endian,
    /// `e_type`: 3 is a shared object.
    pub kind: u16,
    /// `e_machine`, see [`machine`].
    pub machine: u16,
    /// `e_flags`.
    pub flags: u32,
    /// Whether it has a dynamic section with a string table, as every library does.
    pub dynamic: bool,
    /// `DT_SONAME`.
    pub soname: Option<Vec<u8>>,
    /// Whether `DT_NEEDED` names `libc.so.6` or `libm.so.6`.
    pub needs_libc: bool,
    /// `PT_INTERP`.
    pub interpreter: Option<Vec<u8>>,
    /// The oldest system it runs on, of `NT_GNU_ABI_TAG`: system, then three bytes of kernel version. 0 where it says nothing.
    pub os_version: u32,
    /// Highest bit of `GNU_PROPERTY_X86_ISA_1_NEEDED`. 0 where it says nothing.
    pub isa_level: u8,
}

/// Longest soname or interpreter that is kept: `PATH_MAX`.
pub(super) const LONGEST: usize = 4096;

impl Elf {
    /// Compact bytes for [`Elf::decode`]; not a format for others.
    pub fn encode(&self) -> Vec<u8> {
        let facts = match self {
            Self::Other => return vec![0],
            Self::Broken => return vec![1],
            Self::Unknown => return vec![2],
            Self::Object(facts) => facts,
        };
        let Facts {
            class,
            endian,
            kind,
            machine,
            flags,
            dynamic,
            soname,
            needs_libc,
            interpreter,
            os_version,
            isa_level,
        } = facts;
        let bits = u8::from(*class == Class::Bits64)
            | u8::from(*endian == Endian::Big) << 1
            | u8::from(*dynamic) << 2
            | u8::from(*needs_libc) << 3
            | u8::from(soname.is_some()) << 4
            | u8::from(interpreter.is_some()) << 5;
        let mut out = vec![3, bits, *isa_level];
        out.extend(kind.to_le_bytes());
        out.extend(machine.to_le_bytes());
        out.extend(flags.to_le_bytes());
        out.extend(os_version.to_le_bytes());
        for text in [soname, interpreter].into_iter().flatten() {
            let text = &text[..text.len().min(LONGEST)];
            out.extend((text.len() as u16).to_le_bytes());
            out.extend(text);
        }
        out
    }

    /// What [`Elf::encode`] made; none for anything else.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (&first, rest) = bytes.split_first()?;
        match (first, rest) {
            (0, []) => return Some(Self::Other),
            (1, []) => return Some(Self::Broken),
            (2, []) => return Some(Self::Unknown),
            (3, _) => {}
            _ => return None,
        }
        let (head, mut texts) = rest.split_first_chunk::<14>()?;
        let u16_at = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
        let u32_at = |at: usize| u32::from(u16_at(at)) | u32::from(u16_at(at + 2)) << 16;
        let bit = |n: u8| head[0] & (1 << n) != 0;
        let mut text = |there: bool| -> Option<Option<Vec<u8>>> {
            if !there {
                return Some(None);
            }
            let (len, rest) = texts.split_first_chunk::<2>()?;
            let (text, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*len)))?;
            texts = rest;
            Some(Some(text.to_vec()))
        };
        let (soname, interpreter) = (text(bit(4))?, text(bit(5))?);
        Some(Self::Object(Facts {
            class: if bit(0) { Class::Bits64 } else { Class::Bits32 },
            endian: if bit(1) { Endian::Big } else { Endian::Little },
            kind: u16_at(2),
            machine: u16_at(4),
            flags: u32_at(6),
            dynamic: bit(2),
            soname,
            needs_libc: bit(3),
            interpreter,
            os_version: u32_at(10),
            isa_level: head[1],
        }))
    }
}
