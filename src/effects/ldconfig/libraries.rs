//! Facts of ELF files, remembered by content, and what the image's ldconfig makes of them.

use std::{collections::BTreeMap, io, sync::Arc};

use super::{
    Stopped,
    dialect::{Dialect, Family},
    directories::Directories,
};
use crate::{
    effects::{foresight::Foresight, process::Process},
    formats::elf::{Class, Elf, Facts, machine},
    rootfs::{Content, Contents, Kind, LeafId},
};

/// Largest file read whole, where its names were passed by.
const WHOLE: u64 = 512 << 20;

/// `FLAG_ELF` and `FLAG_ELF_LIBC6`; the machine goes above them (glibc's `sysdeps/generic/ldconfig.h`).
pub(super) const ELF: u32 = 1;
pub(super) const LIBC6: u32 = 3;

/// A shared object that the image's ldconfig takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Library {
    pub(super) flags: u32,
    pub(super) soname: Option<Vec<u8>>,
    pub(super) os_version: u32,
    pub(super) isa_level: u8,
}

pub(super) struct Libraries<'d> {
    pub(super) dialect: &'d Dialect,
    known: BTreeMap<LeafId, Option<Library>>,
}

/// The facts of files, as [`Elf::decode`] reads them.
pub(super) fn derive(contents: &dyn Contents, wanted: &[Content]) -> io::Result<Vec<Arc<[u8]>>> {
    contents.derive(FORESIGHT.kind, wanted, &FORESIGHT.look)
}

/// What every library is asked.
pub(in crate::effects) const FORESIGHT: Foresight = Foresight { kind: "elf-facts-1", look };

fn look(size: u64, file: &mut dyn io::Read) -> io::Result<Vec<u8>> {
    Ok(Facts::read(size, file)?.encode())
}

impl<'d> Libraries<'d> {
    pub(super) fn new(dialect: &'d Dialect) -> Self {
        Self { dialect, known: BTreeMap::new() }
    }

    /// The facts of everything in the directories, at once.
    pub(super) fn load(&mut self, process: &mut Process<'_, '_>, directories: &Directories<'_>) -> Result<(), Stopped> {
        let mut wanted = Vec::new();
        for directory in directories.all() {
            for (name, node) in process.stage.fs.children(&directory.at) {
                if !super::is_candidate(name) {
                    continue;
                }
                let leaf = match &node.kind {
                    Kind::Symlink(_) => directories.target(process.stage.fs, directory, name),
                    _ => process.stage.fs.leaf(&directory.at.join(name)),
                };
                wanted.extend(leaf);
            }
        }
        if !process.stage.budget.steps(wanted.len() as u64) {
            return Err(Stopped::Exhausted);
        }
        wanted.sort_unstable();
        wanted.dedup();
        self.learn(process, &wanted)
    }

    /// The library behind a leaf; none where it is none.
    pub(super) fn get(&mut self, process: &mut Process<'_, '_>, leaf: LeafId) -> Result<Option<Library>, Stopped> {
        if !self.known.contains_key(&leaf) {
            self.learn(process, &[leaf])?;
        }
        Ok(self.known.get(&leaf).cloned().flatten())
    }

    fn learn(&mut self, process: &mut Process<'_, '_>, leaves: &[LeafId]) -> Result<(), Stopped> {
        let stage = &process.stage;
        let content = |leaf: &LeafId| match &stage.fs.node(*leaf).kind {
            Kind::File { content, .. } => Some((*leaf, content.clone())),
            _ => None,
        };
        let (files, wanted): (Vec<_>, Vec<_>) = leaves.iter().filter_map(content).unzip();
        let failed = |e: io::Error| Stopped::Failed(format!("Cannot read libraries: {e}"));
        let facts = derive(stage.contents, &wanted).map_err(failed)?;
        for ((leaf, content), facts) in files.into_iter().zip(&wanted).zip(facts) {
            let elf = match Elf::decode(&facts) {
                Some(Elf::Unknown) => Facts::of(stage.contents.read(content, WHOLE).unwrap_or_default()),
                other => other.unwrap_or(Elf::Broken),
            };
            self.known.insert(leaf, self.dialect.library(elf));
        }
        for leaf in leaves {
            self.known.entry(*leaf).or_insert(None);
        }
        Ok(())
    }
}

impl Dialect {
    /// What it makes of a file: `sysdeps/**/readelflib.c`.
    fn library(&self, elf: Elf) -> Option<Library> {
        let Elf::Object(facts) = elf else { return None };
        // The other byte order is never asked for: there `e_type` is no shared object's.
        if facts.endian != self.endian || facts.kind != 3 || !facts.dynamic {
            return None;
        }
        let flags = self.flags(&facts)?;
        let Facts { soname, os_version, isa_level, .. } = facts;
        Some(Library { flags, soname, os_version: if self.marks.os_version { os_version } else { 0 }, isa_level })
    }

    fn flags(&self, facts: &Facts) -> Option<u32> {
        let wide = facts.class == Class::Bits64;
        let plain =
            if !self.marks.legacy_types || facts.needs_libc || self.knows_interpreter(facts) { LIBC6 } else { ELF };
        Some(match self.family {
            Family::X86 => match (facts.machine, wide) {
                (machine::X86_64, true) => 0x300 | LIBC6,
                (machine::X86_64, false) => 0x800 | LIBC6,
                (machine::I386, false) => plain,
                _ => return None,
            },
            Family::Arm if wide => 0xa00 | LIBC6,
            // EABI 5, then hard, soft, or not said.
            Family::Arm if facts.flags >> 24 == 5 => match facts.flags {
                f if f & 0x400 != 0 => 0x900 | LIBC6,
                f if f & 0x200 != 0 => 0xb00 | LIBC6,
                _ => LIBC6,
            },
            Family::Power if wide => 0x500 | LIBC6,
            Family::S390 if wide => 0x400 | LIBC6,
            // EF_RISCV_FLOAT_ABI; EF_RISCV_RVC may be there, nothing else.
            Family::Riscv if facts.flags & !7 != 0 => return None,
            Family::Riscv => match facts.flags & 6 {
                0 => 0xf00 | plain,
                4 => 0x1000 | plain,
                _ => return None,
            },
            Family::Other if facts.class != self.class => return None,
            _ => plain,
        })
    }

    /// `interpreters` of `readlib.c`; only 32 bit libraries depend on it.
    fn knows_interpreter(&self, facts: &Facts) -> bool {
        let names: &[&str] = match self.family {
            Family::X86 => &["/lib/ld-linux.so.2"],
            Family::Arm => &["/lib/ld-linux.so.3", "/lib/ld-linux-armhf.so.3", "/lib/ld-linux-aarch64_ilp32.so.1"],
            Family::Power | Family::S390 => &["/lib/ld.so.1", "/lib/ld64.so.1"],
            Family::Riscv => &["/lib/ld-linux-riscv64-lp64d.so.1", "/lib/ld-linux-riscv64-lp64.so.1"],
            Family::Other => &[],
        };
        facts.interpreter.as_ref().is_some_and(|i| names.iter().any(|n| n.as_bytes() == i.as_slice()))
    }
}
