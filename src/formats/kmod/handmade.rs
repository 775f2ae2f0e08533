//! Modules made by hand, for tests here and of depmod: any class and byte order, only what is looked at in them.

/// A module to be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Made {
    /// ELF64, else ELF32.
    pub wide: bool,
    /// Big-endian.
    pub big: bool,
    /// `key=value` of `.modinfo`.
    pub info: Vec<String>,
    /// Symbols by name; those that others give are undefined.
    pub symbols: Vec<(String, Kind)>,
    /// Names in `__ksymtab_strings`.
    pub strings: Vec<String>,
    /// Names in `__versions`.
    pub versions: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Defined,
    Undefined,
    Weak,
}

impl Made {
    /// One of x86_64 with `.modinfo` of `info`, `__crc_` symbols for `gives`, undefined ones for `needs`.
    pub fn new(info: &[&str], gives: &[&str], needs: &[&str]) -> Self {
        let gives = gives.iter().map(|s| (format!("__crc_{s}"), Kind::Defined));
        let symbols = gives.chain(needs.iter().map(|s| ((*s).to_owned(), Kind::Undefined))).collect();
        Self { wide: true, info: info.iter().map(|s| (*s).to_owned()).collect(), symbols, ..Self::default() }
    }

    /// Its bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let joined =
            |strings: &[String]| strings.iter().flat_map(|s| [s.as_bytes(), b"\0"].concat()).collect::<Vec<u8>>();
        let (mut symtab, mut strtab) = (self.symbol(0, 0, 0), b"\0".to_vec());
        for (name, kind) in &self.symbols {
            let (bind, section) = match kind {
                Kind::Defined => (1, 0xfff1),
                Kind::Undefined => (1, 0),
                Kind::Weak => (2, 0),
            };
            symtab.extend(self.symbol(strtab.len() as u64, bind << 4, section));
            strtab.extend(name.bytes().chain([0]));
        }
        let word = if self.wide { 8 } else { 4 };
        let version = |name: &String| {
            let mut entry = vec![0; word];
            entry.extend(name.bytes());
            entry.resize(64, 0);
            entry
        };
        let mut sections = vec![
            (".modinfo", joined(&self.info)),
            (".strtab", strtab),
            (".symtab", symtab),
            ("__ksymtab_strings", joined(&self.strings)),
        ];
        if !self.versions.is_empty() {
            sections.push(("__versions", self.versions.iter().flat_map(version).collect()));
        }
        self.link(&sections)
    }

    fn link(&self, sections: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let head = if self.wide { 64 } else { 52 };
        let mut names = b"\0.shstrtab\0".to_vec();
        let mut body = Vec::new();
        let mut headers = vec![0; self.header_size()];
        for (name, bytes) in sections {
            headers.extend(self.header(names.len(), head + body.len(), bytes.len()));
            names.extend(name.bytes().chain([0]));
            body.extend_from_slice(bytes);
        }
        headers.extend(self.header(1, head + body.len(), names.len()));
        body.extend(&names);
        let count = sections.len() as u64 + 2;
        let mut out = vec![0x7f, b'E', b'L', b'F', 1 + u8::from(self.wide), 1 + u8::from(self.big), 1];
        out.resize(16, 0);
        let word = if self.wide { 8 } else { 4 };
        for (value, size) in
            [(1, 2), (62, 2), (1, 4), (0, word), (0, word), (head as u64 + body.len() as u64, word), (0, 4)]
        {
            out.extend(self.number(value, size));
        }
        for value in [head as u64, 0, 0, self.header_size() as u64, count, count - 1] {
            out.extend(self.number(value, 2));
        }
        [out, body, headers].concat()
    }

    fn header_size(&self) -> usize {
        if self.wide { 64 } else { 40 }
    }

    fn header(&self, name: usize, offset: usize, size: usize) -> Vec<u8> {
        let word = if self.wide { 8 } else { 4 };
        let fields = [(name, 4), (1, 4), (0, word), (0, word), (offset, word), (size, word)];
        let mut out: Vec<u8> = fields.iter().flat_map(|(v, size)| self.number(*v as u64, *size)).collect();
        out.resize(self.header_size(), 0);
        out
    }

    fn symbol(&self, name: u64, info: u8, section: u64) -> Vec<u8> {
        let (name, section) = (self.number(name, 4), self.number(section, 2));
        match self.wide {
            true => [name, vec![info, 0], section, vec![0; 16]].concat(),
            false => [name, vec![0; 8], vec![info, 0], section].concat(),
        }
    }

    fn number(&self, value: u64, size: usize) -> Vec<u8> {
        if self.big { value.to_be_bytes()[8 - size..].to_vec() } else { value.to_le_bytes()[..size].to_vec() }
    }
}
