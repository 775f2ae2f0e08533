//! Every `modules.*` file of a release.

use super::{
    graph::{Graph, Loops},
    index::{Index, Layout},
    order::{Hash, SYMBOL_BUCKETS},
    search::Module,
    version::Version,
};
use crate::formats::kmod::Facts;

/// `PATH_MAX`: what kmod's buffers hold.
const LONGEST: usize = 4096;

/// What tables are made of.
#[derive(Debug)]
pub(super) struct Tables<'a> {
    directory: &'a [u8],
    modules: &'a [Module],
    facts: Vec<Facts<'a>>,
    pub graph: Graph<'a>,
    version: Version,
    hash: Hash,
}

/// A file's name and bytes.
pub(super) type Table = (&'static str, Vec<u8>);

impl<'a> Tables<'a> {
    /// Works out who needs whom.
    pub fn of(
        directory: &'a [u8],
        modules: &'a [Module],
        facts: Vec<Facts<'a>>,
        prefix: Option<u8>,
        (version, hash): (Version, Hash),
    ) -> Result<Self, Loops> {
        let mut graph = Graph::of(&facts, prefix);
        graph.sort(modules)?;
        Ok(Self { directory, modules, facts, graph, version, hash })
    }

    /// What `-n` prints: the text tables, one after another.
    pub fn shown(&self) -> Vec<u8> {
        let lines = self.dependencies();
        let symbols = self.symbols();
        let mut out = lines.iter().flat_map(|line| [line, &b"\n"[..]].concat()).collect::<Vec<u8>>();
        for table in [self.aliases(), self.softdeps()] {
            out.extend(table);
        }
        if self.version >= Version::WEAKDEPS {
            out.extend(self.weakdeps());
        }
        out.extend(self.symbols_text(&symbols));
        out.extend(self.device_names());
        out
    }

    /// All files, in kmod's order. `builtin` and `builtin_modinfo` are the kernel's own two; where one is not there, its trie is
    /// an empty file.
    pub fn files(&self, builtin: Option<&[u8]>, builtin_modinfo: Option<&[u8]>) -> Vec<Table> {
        let layout = if self.version >= Version::PARENTS_FIRST { Layout::ParentsFirst } else { Layout::ChildrenFirst };
        let lines = self.dependencies();
        let symbols = self.symbols();
        let mut files = vec![
            ("modules.dep", lines.iter().flat_map(|line| [line, &b"\n"[..]].concat()).collect()),
            ("modules.dep.bin", self.dependency_index(&lines).write(layout)),
            ("modules.alias", self.aliases()),
            ("modules.alias.bin", self.alias_index().write(layout)),
            ("modules.softdep", self.softdeps()),
        ];
        if self.version >= Version::WEAKDEPS {
            files.push(("modules.weakdep", self.weakdeps()));
        }
        files.push(("modules.symbols", self.symbols_text(&symbols)));
        files.push(("modules.symbols.bin", self.symbol_index(&symbols).write(layout)));
        files.push(("modules.builtin.bin", builtin.map_or_else(Vec::new, |b| builtin_index(b).write(layout))));
        if self.version >= Version::BUILTIN_ALIASES {
            let bytes = builtin_modinfo.map_or_else(Vec::new, |b| builtin_alias_index(b).write(layout));
            files.push(("modules.builtin.alias.bin", bytes));
        }
        files.push(("modules.devname", self.device_names()));
        files
    }

    /// `PATH: PATH…`, per module.
    fn dependencies(&self) -> Vec<Vec<u8>> {
        let mut met = vec![u32::MAX; self.modules.len()];
        let line = |(number, module): (usize, &Module)| {
            let mut line = [module.shown(self.directory), b":"].concat();
            for needed in self.graph.closure(number as u32, &mut met) {
                line.push(b' ');
                line.extend_from_slice(self.modules[needed as usize].shown(self.directory));
            }
            line
        };
        self.modules.iter().enumerate().map(line).collect()
    }

    fn dependency_index(&self, lines: &[Vec<u8>]) -> Index {
        let mut index = Index::default();
        for (number, (module, line)) in self.modules.iter().zip(lines).enumerate() {
            index.insert(&[&module.name], line, number as u32);
        }
        index
    }

    /// Modules with their facts.
    fn each(&self) -> impl Iterator<Item = (&'a Module, &Facts<'a>)> {
        self.modules.iter().zip(&self.facts)
    }

    fn aliases(&self) -> Vec<u8> {
        let mut out = b"# Aliases extracted from modules themselves.\n".to_vec();
        for (module, facts) in self.each() {
            facts.aliases().for_each(|alias| push(&mut out, &[b"alias ", alias, b" ", &module.name, b"\n"]));
        }
        out
    }

    fn alias_index(&self) -> Index {
        let mut index = Index::default();
        for (number, (module, facts)) in self.each().enumerate() {
            for alias in facts.aliases().filter_map(normalized) {
                index.insert(&[&alias], &module.name, number as u32);
            }
        }
        index
    }

    fn softdeps(&self) -> Vec<u8> {
        let mut out = b"# Soft dependencies extracted from modules themselves.\n".to_vec();
        for (module, facts) in self.each() {
            facts.softdeps().for_each(|dep| push(&mut out, &[b"softdep ", &module.name, b" ", dep, b"\n"]));
        }
        out
    }

    fn weakdeps(&self) -> Vec<u8> {
        let mut out = b"# Weak dependencies extracted from modules themselves.\n".to_vec();
        for (module, facts) in self.each() {
            facts.weakdeps().for_each(|dep| push(&mut out, &[b"weakdep ", &module.name, b" ", dep, b"\n"]));
        }
        out
    }

    /// Symbols and their modules, in the order of kmod's hash table.
    fn symbols(&self) -> Vec<(&'a [u8], u32)> {
        let bucket = |name: &[u8]| self.hash.bucket(name, SYMBOL_BUCKETS);
        let mut symbols: Vec<_> =
            self.graph.symbols.iter().map(|(name, owner)| (bucket(name), *name, *owner)).collect();
        symbols.sort_unstable();
        symbols.into_iter().map(|(_, name, owner)| (name, owner)).collect()
    }

    fn symbols_text(&self, symbols: &[(&[u8], u32)]) -> Vec<u8> {
        let mut out = b"# Aliases for symbols, used by symbol_request().\n".to_vec();
        for (name, owner) in symbols {
            push(&mut out, &[b"alias symbol:", name, b" ", &self.modules[*owner as usize].name, b"\n"]);
        }
        out
    }

    fn symbol_index(&self, symbols: &[(&[u8], u32)]) -> Index {
        let mut index = Index::default();
        for (name, owner) in symbols {
            index.insert(&[b"symbol:", name], &self.modules[*owner as usize].name, *owner);
        }
        index
    }

    fn device_names(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (module, facts) in self.each() {
            if let Some((name, kind, major, minor)) = device(facts) {
                if out.is_empty() {
                    out.extend_from_slice(b"# Device nodes to trigger on-demand module loading.\n");
                }
                push(&mut out, &[&module.name, b" ", name, format!(" {kind}{major}:{minor}\n").as_bytes()]);
            }
        }
        out
    }
}

fn push(out: &mut Vec<u8>, parts: &[&[u8]]) {
    parts.iter().for_each(|p| out.extend_from_slice(p));
}

/// A module's device node: the aliases `devname:NAME` and `char-major-M-N`, whichever is complete first.
fn device<'a>(facts: &Facts<'a>) -> Option<(&'a [u8], char, u32, u32)> {
    let (mut name, mut numbers) = (None, None);
    for alias in facts.aliases() {
        if let Some(rest) = alias.strip_prefix(b"devname:") {
            name = Some(rest);
        } else if let Some((major, minor)) = alias.strip_prefix(b"char-major-").and_then(two_numbers) {
            numbers = Some(('c', major, minor));
        } else if let Some((major, minor)) = alias.strip_prefix(b"block-major-").and_then(two_numbers) {
            numbers = Some(('b', major, minor));
        }
        if let (Some(name), Some((kind, major, minor))) = (name, numbers) {
            return Some((name, kind, major, minor));
        }
    }
    None
}

/// `M-N` at the start of a text.
fn two_numbers(text: &[u8]) -> Option<(u32, u32)> {
    let number = |text: &[u8]| {
        let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
        let value = std::str::from_utf8(&text[..digits]).ok()?.parse::<u32>().ok()?;
        Some((value, digits))
    };
    let (major, digits) = number(text)?;
    let (minor, _) = number(text[digits..].strip_prefix(b"-")?)?;
    Some((major, minor))
}

/// An alias as it is looked up: `-` as `_`, but within brackets; none where those do not match (kmod's `alias_normalize`).
fn normalized(alias: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(alias.len());
    let mut inside = false;
    for &byte in alias.iter().take(LONGEST - 1) {
        match byte {
            b']' if !inside => return None,
            b']' => inside = false,
            b'[' => inside = true,
            _ => {}
        }
        out.push(if byte == b'-' && !inside { b'_' } else { byte });
    }
    (!inside).then_some(out)
}

/// `modules.builtin`: a path a line.
fn builtin_index(list: &[u8]) -> Index {
    let mut index = Index::default();
    for line in list.split_inclusive(|&b| b == b'\n').filter(|l| l[0].is_ascii_alphabetic()) {
        let file = line.rsplit(|&b| b == b'/').next().unwrap_or(line);
        let name = super::search::module_name(file);
        if !file.is_empty() {
            index.insert(&[&name], b"", 0);
        }
    }
    index
}

/// `modules.builtin.modinfo`: `NAME.KEY=VALUE` with a NUL behind each. Read as kmod reads it, which loses the string after one
/// that has a dot but no `=`.
fn builtin_alias_index(mut strings: &[u8]) -> Index {
    let mut index = Index::default();
    while !strings.is_empty() {
        let name = take_until(&mut strings, b'.');
        if name.is_empty() {
            continue;
        }
        if take_until(&mut strings, b'=') != b"alias" {
            let end = strings.iter().position(|&b| b == 0).map_or(strings.len(), |at| at + 1);
            strings = &strings[end..];
            continue;
        }
        if let Some(alias) = Some(take_until(&mut strings, 0)).filter(|v| !v.is_empty()).and_then(normalized) {
            index.insert(&[&alias], name, 0);
        }
    }
    index
}

/// What is before `end`, which is taken, too; nothing where a NUL or the end of all comes first, which then are gone with it.
fn take_until<'a>(strings: &mut &'a [u8], end: u8) -> &'a [u8] {
    let window = &strings[..strings.len().min(LONGEST)];
    let (taken, stop) = match window.iter().position(|&b| b == end || b == 0) {
        Some(at) => (&window[..at], Some(window[at])),
        None => (window, None),
    };
    *strings = &strings[taken.len() + usize::from(stop.is_some())..];
    if stop == Some(end) { taken } else { &[] }
}
