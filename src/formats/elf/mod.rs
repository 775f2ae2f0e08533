//! What the dynamic linker's cache needs of an ELF file.
//!
//! ```text
//! window  the parts of a file that are kept while it streams past
//! read    the headers, the dynamic section and the notes in them
//! facts   what is found, and its compact form for remembering
//! ```
//! Layouts are those of the System V ABI (`elf.h`); notes are those of the GNU and x86 psABI supplements. What is looked at, and
//! in which order, is what glibc's `ldconfig` looks at (`elf/readelflib.c`), so that what it overlooks is overlooked here.

mod facts;
mod read;
mod window;

pub use facts::{Class, Elf, Endian, Facts, machine};

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
