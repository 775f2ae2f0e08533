//! What the dynamic linker's cache needs of an ELF file.
