//! Formats: bytes in, values out, and back. Pure: no file is opened and no socket either; all of it reads strangers' bytes,
//! so every length is checked and every allocation has a ceiling.

pub mod compression;
pub mod elf;
pub mod kmod;
pub mod oci;
pub mod openpgp;
pub mod repodata;
pub mod rpm;
pub mod tar;
