//! The facts of one module as bytes.
//!
//! ```text
//! state u8, then five lists: aliases, soft dependencies, weak dependencies, symbols given, symbols needed
//! list: bytes u32 little-endian, then strings, each with a NUL behind it; a needed symbol has `w` or `u` before it
//! ```

/// Why a module tells nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// No ELF file at all.
    #[error("Exec format error")]
    NotElf,
    /// An ELF file that is cut short or contradicts itself.
    #[error("Invalid argument")]
    Malformed,
    /// Its compressed bytes cannot be decoded, or are larger than any module.
    #[error("Input/output error")]
    Undecodable,
}

impl Fault {
    const ALL: [Self; 3] = [Self::NotElf, Self::Malformed, Self::Undecodable];

    /// The facts of a module that tells nothing.
    pub(super) fn facts(self) -> Vec<u8> {
        let state = Self::ALL.iter().position(|f| *f == self).map_or(1, |i| i + 1);
        let mut bytes = vec![state as u8];
        bytes.resize(1 + LISTS * 4, 0);
        bytes
    }
}

/// A symbol a module needs of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needed<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// Whether the module can do without it.
    pub weak: bool,
}

const LISTS: usize = 5;

/// The facts of one module, as [`super::look`] found them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts<'a> {
    state: u8,
    lists: [&'a [u8]; LISTS],
}

impl<'a> Facts<'a> {
    /// Takes what [`super::look`] returned; none for anything else.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (state, mut rest) = bytes.split_first()?;
        let mut lists = [&rest[..0]; LISTS];
        for list in &mut lists {
            let (length, after) = rest.split_first_chunk::<4>()?;
            (*list, rest) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        }
        (rest.is_empty() && usize::from(*state) <= Fault::ALL.len()).then_some(Self { state: *state, lists })
    }

    /// Why there are none.
    pub fn fault(&self) -> Option<Fault> {
        Fault::ALL.get(usize::from(self.state).checked_sub(1)?).copied()
    }

    /// Values of `alias=` in `.modinfo`, in its order.
    pub fn aliases(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        strings(self.lists[0])
    }

    /// Values of `softdep=`.
    pub fn softdeps(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        strings(self.lists[1])
    }

    /// Values of `weakdep=`.
    pub fn weakdeps(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        strings(self.lists[2])
    }

    /// Symbols it exports, in the order of its symbol table.
    pub fn exports(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        strings(self.lists[3])
    }

    /// Symbols it needs, in the order of its symbol table, then those only `__versions` names.
    pub fn needs(&self) -> impl Iterator<Item = Needed<'a>> + use<'a> {
        strings(self.lists[4]).filter_map(|s| s.split_first().map(|(bind, name)| Needed { name, weak: *bind == b'w' }))
    }
}

fn strings(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.strip_suffix(&[0]).into_iter().flat_map(|list| list.split(|&b| b == 0))
}

/// Facts being put together.
#[derive(Default)]
pub(super) struct Draft {
    pub aliases: Vec<u8>,
    pub softdeps: Vec<u8>,
    pub weakdeps: Vec<u8>,
    pub exports: Vec<u8>,
    pub needs: Vec<u8>,
}

impl Draft {
    /// Adds a string, which holds no NUL, to a list.
    pub fn push(list: &mut Vec<u8>, text: &[u8]) {
        list.extend_from_slice(text);
        list.push(0);
    }

    pub fn finish(&self) -> Vec<u8> {
        let lists = [&self.aliases, &self.softdeps, &self.weakdeps, &self.exports, &self.needs];
        let mut bytes = Vec::with_capacity(1 + lists.iter().map(|l| 4 + l.len()).sum::<usize>());
        bytes.push(0);
        for list in lists {
            bytes.extend((list.len() as u32).to_le_bytes());
            bytes.extend_from_slice(list);
        }
        bytes
    }
}
