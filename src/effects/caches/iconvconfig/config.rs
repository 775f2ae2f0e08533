//! What there is to convert: aliases and modules, of configuration files and built in.

use std::collections::BTreeMap;

use super::strings::{Strings, Text};
use crate::effects::process::{Errno, Process};

/// A converter.
pub(super) struct Module {
    pub(super) from: Vec<u8>,
    pub(super) to: Vec<u8>,
    pub(super) from_text: Text,
    pub(super) to_text: Text,
    pub(super) file: Text,
    pub(super) directory: Text,
}

/// Everything, in the order of names.
#[derive(Default)]
pub(super) struct Config {
    pub(super) strings: Strings,
    /// From: its text, and what it stands for.
    pub(super) aliases: BTreeMap<Vec<u8>, (Text, Vec<u8>)>,
    pub(super) modules: BTreeMap<(Vec<u8>, Vec<u8>), Module>,
}

/// Names of converters that need no file, and the names they convert to and from INTERNAL (`iconv/gconv_builtin.h`).
const UCS4: &[u8] = b"ISO-10646/UCS4/";
const UTF8: &[u8] = b"ISO-10646/UTF8/";
const UCS2: &[u8] = b"ISO-10646/UCS2/";
const ASCII: &[u8] = b"ANSI_X3.4-1968//";

const ALIASES: [(&[u8], &[u8]); 31] = [
    (b"UCS4//", UCS4),
    (b"UCS-4//", UCS4),
    (b"UCS-4BE//", UCS4),
    (b"CSUCS4//", UCS4),
    (b"ISO-10646//", UCS4),
    (b"10646-1:1993//", UCS4),
    (b"10646-1:1993/UCS4/", UCS4),
    (b"OSF00010104//", UCS4),
    (b"OSF00010105//", UCS4),
    (b"OSF00010106//", UCS4),
    (b"WCHAR_T//", b"INTERNAL"),
    (b"UTF8//", UTF8),
    (b"UTF-8//", UTF8),
    (b"ISO-IR-193//", UTF8),
    (b"OSF05010001//", UTF8),
    (b"ISO-10646/UTF-8/", UTF8),
    (b"UCS2//", UCS2),
    (b"UCS-2//", UCS2),
    (b"OSF00010100//", UCS2),
    (b"OSF00010101//", UCS2),
    (b"OSF00010102//", UCS2),
    (b"ANSI_X3.4//", ASCII),
    (b"ISO-IR-6//", ASCII),
    (b"ANSI_X3.4-1986//", ASCII),
    (b"ISO_646.IRV:1991//", ASCII),
    (b"ASCII//", ASCII),
    (b"ISO646-US//", ASCII),
    (b"US-ASCII//", ASCII),
    (b"US//", ASCII),
    (b"IBM367//", ASCII),
    (b"CP367//", ASCII),
];
const MORE_ALIASES: [(&[u8], &[u8]); 2] = [(b"CSASCII//", ASCII), (b"OSF00010020//", ASCII)];

/// Name, from INTERNAL, to INTERNAL, whether the way from INTERNAL stands first.
type Builtin = (&'static [u8], &'static [u8], &'static [u8], bool);
const BUILTIN: [Builtin; 5] = [
    (UCS4, b"=INTERNAL->ucs4", b"=ucs4->INTERNAL", true),
    (b"UCS-4LE//", b"=INTERNAL->ucs4le", b"=ucs4le->INTERNAL", true),
    (UTF8, b"=INTERNAL->utf8", b"=utf8->INTERNAL", true),
    (UCS2, b"=INTERNAL->ucs2", b"=ucs2->INTERNAL", false),
    (ASCII, b"=INTERNAL->ascii", b"=ascii->INTERNAL", false),
];

impl Config {
    /// Reads a directory's files; false where it has none.
    pub(super) fn read(
        &mut self,
        process: &mut Process<'_, '_>,
        prefix: &[u8],
        directory: &[u8],
    ) -> Result<bool, Errno> {
        let mut named = directory.to_vec();
        if !named.ends_with(b"/") {
            named.push(b'/');
        }
        let prefix = if named.starts_with(b"/") { prefix } else { b"" };
        let main = [prefix, named.as_slice(), b"gconv-modules"].concat();
        let below = [main.as_slice(), b".d"].concat();
        let more = process.read_dir(&below).unwrap_or_default();
        let more = more.into_iter().filter(|name| name.len() > 5 && name.ends_with(b".conf"));
        let mut found = false;
        for file in std::iter::once(main).chain(more.map(|name| [below.as_slice(), b"/", &name].concat())) {
            match process.read_file(&file) {
                Ok(bytes) => self.file(process, &bytes, &named)?,
                Err(Errno::Stopped) => return Err(Errno::Stopped),
                Err(_) => continue,
            }
            found = true;
        }
        Ok(found)
    }

    fn file(&mut self, process: &mut Process<'_, '_>, bytes: &[u8], directory: &[u8]) -> Result<(), Errno> {
        for line in bytes.split(|&b| b == b'\n') {
            let line = line.split(|&b| b == b'#' || b == 0).next().unwrap_or_default();
            let space = |b: &u8| b.is_ascii_whitespace() || *b == 0x0b;
            let words: Vec<&[u8]> = line.split(space).filter(|w| !w.is_empty()).collect();
            // Adding a string costs a walk down a tree that nobody balances.
            if !process.stage.budget.steps(1 + 8 * words.len() as u64 + self.strings.depth()) {
                return Err(Errno::Stopped);
            }
            match words.as_slice() {
                [b"alias", from, to, ..] => self.alias(&from.to_ascii_uppercase(), &to.to_ascii_uppercase()),
                [b"module", from, to, file, ..] => {
                    let file = if file.ends_with(b".so") { file.to_vec() } else { [*file, b".so"].concat() };
                    self.module(&from.to_ascii_uppercase(), &to.to_ascii_uppercase(), directory, &file);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn alias(&mut self, from: &[u8], to: &[u8]) {
        if !self.aliases.contains_key(from) {
            let text = self.strings.add(from);
            self.strings.add(to);
            self.aliases.insert(from.to_vec(), (text, to.to_vec()));
        }
    }

    fn module(&mut self, from: &[u8], to: &[u8], directory: &[u8], file: &[u8]) {
        let key = (from.to_vec(), to.to_vec());
        if !self.modules.contains_key(&key) {
            let [from_text, to_text, file, directory] = [from, to, file, directory].map(|text| self.strings.add(text));
            let (from, to) = key.clone();
            self.modules.insert(key, Module { from, to, from_text, to_text, file, directory });
        }
    }

    /// What glibc converts without a module, where no file says otherwise.
    pub(super) fn add_builtin(&mut self, big: bool) {
        let (same, other): (&[u8], &[u8]) =
            if big { (b"UNICODEBIG//", b"UNICODELITTLE//") } else { (b"UNICODELITTLE//", b"UNICODEBIG//") };
        let (same_name, other_name): (&[u8], &[u8]) =
            if big { (b"UCS-2BE//", b"UCS-2LE//") } else { (b"UCS-2LE//", b"UCS-2BE//") };
        let turned = [(same, UCS2), (same_name, UCS2), (other_name, other)];
        for (from, to) in ALIASES.into_iter().chain(MORE_ALIASES).chain(turned) {
            self.alias(from, to);
        }
        let turned = (other, &b"=INTERNAL->ucs2reverse"[..], &b"=ucs2reverse->INTERNAL"[..], false);
        for (name, from_internal, to_internal, first) in BUILTIN.into_iter().chain([turned]) {
            if first {
                self.module(b"INTERNAL", name, b"", from_internal);
            }
            self.module(name, b"INTERNAL", b"", to_internal);
            self.module(b"INTERNAL", name, b"", from_internal);
        }
    }
}
