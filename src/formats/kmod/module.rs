//! From an ELF file to facts. Sections are found by name, the first of a name counts, and what one of them lacks leaves the
//! others' facts alone, as in kmod.

use std::collections::HashSet;

use super::{
    elf::{Elf, Symbol},
    facts::Draft,
};

/// Bytes of an entry of `__versions`: a CRC as wide as an address, then the symbol's name.
const VERSION: usize = 64;

/// The facts of an uncompressed module.
pub(super) fn facts(data: &[u8]) -> Vec<u8> {
    let elf = match Elf::open(data) {
        Ok(elf) => elf,
        Err(fault) => return fault.facts(),
    };
    let [modinfo, ksymtab_strings, versions, symtab, strtab] =
        elf.sections([b".modinfo", b"__ksymtab_strings", b"__versions", b".symtab", b".strtab"]);
    let mut draft = Draft::default();
    read_modinfo(modinfo.unwrap_or_default(), &mut draft);
    let symbols = symtab.zip(strtab).and_then(|(symtab, strtab)| elf.symbols(symtab, strtab));
    let mut exports = false;
    if let Some(symbols) = symbols {
        exports = read_exports(symbols.clone(), &mut draft.exports);
        read_needs(symbols, versions.unwrap_or_default(), elf.word(), &mut draft.needs);
    }
    if !exports {
        // Without CONFIG_MODVERSIONS, and since Linux 6.x with it, no __crc_ symbols name the exports.
        draft.exports.clear();
        for name in nonempty(ksymtab_strings.unwrap_or_default()) {
            Draft::push(&mut draft.exports, name);
        }
    }
    draft.finish()
}

/// `key=value` strings; one without `=` is a key with no value.
fn read_modinfo(section: &[u8], draft: &mut Draft) {
    for text in nonempty(section) {
        let (key, value) = match text.iter().position(|&b| b == b'=') {
            Some(at) => (&text[..at], &text[at + 1..]),
            None => (text, &[][..]),
        };
        let list = match key {
            b"alias" => &mut draft.aliases,
            b"softdep" => &mut draft.softdeps,
            b"weakdep" => &mut draft.weakdeps,
            _ => continue,
        };
        Draft::push(list, value);
    }
}

fn nonempty(section: &[u8]) -> impl Iterator<Item = &[u8]> {
    section.split(|&b| b == 0).filter(|s| !s.is_empty())
}

/// Names behind `__crc_`; false where there are none, or a symbol's name lies outside the string table.
fn read_exports<'a>(symbols: impl Iterator<Item = Symbol<'a>>, exports: &mut Vec<u8>) -> bool {
    for symbol in symbols {
        let Some(strings) = symbol.name else { return false };
        if let Some(name) = strings.strip_prefix(b"__crc_") {
            Draft::push(exports, text(name));
        }
    }
    !exports.is_empty()
}

/// Undefined symbols, and names of `__versions` that are none of them (`module_layout` is referred to by no code).
fn read_needs<'a>(symbols: impl Iterator<Item = Symbol<'a>>, versions: &[u8], word: usize, needs: &mut Vec<u8>) {
    let mut seen = HashSet::new();
    for symbol in symbols.filter(|s| s.undefined) {
        let Some(name) = symbol.name.map(text) else {
            needs.clear();
            return;
        };
        if !name.is_empty() {
            needs.push(if symbol.weak { b'w' } else { b'u' });
            Draft::push(needs, name);
            seen.insert(name);
        }
    }
    if !versions.len().is_multiple_of(VERSION) {
        return;
    }
    for name in versions.chunks_exact(VERSION).map(|entry| text(&entry[word..])) {
        if seen.insert(name) {
            needs.push(b'u');
            Draft::push(needs, name);
        }
    }
}

/// Up to the NUL.
fn text(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len())]
}
