//! What `depmod` needs of a kernel module: its aliases and soft dependencies, the symbols it gives and those it needs.
//!
//! ```text
//! decode   .ko, .ko.gz, .ko.xz, .ko.zst by their first bytes, into memory, with a ceiling
//! elf      section headers and symbols, both classes, both byte orders
//! module   the few sections looked at: .modinfo, .symtab with .strtab, __ksymtab_strings, __versions
//! facts    what was found, as a few kilobytes that can be remembered
//! ```
//! Which section says what follows `libkmod/libkmod-elf.c` and `libkmod-module.c` of kmod, the tool whose tables are made of it.

mod decode;
mod elf;
mod facts;
#[cfg(test)]
pub(crate) mod handmade;
mod module;
#[cfg(test)]
mod tests;

pub use decode::look;
pub use facts::{Facts, Fault, Needed};

/// Names [`look`] and the form of its facts: changes whenever either does.
pub const KIND: &str = "kmod-1";

/// Whether a file name is one of a module (kmod's `path_ends_with_kmod_ext`).
pub fn is_module(name: &[u8]) -> bool {
    [&b".ko"[..], b".ko.gz", b".ko.xz", b".ko.zst"].iter().any(|ext| name.len() > ext.len() && name.ends_with(ext))
}
