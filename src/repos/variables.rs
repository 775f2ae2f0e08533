//! `$releasever`, `$basearch` and their kin.

use std::collections::BTreeMap;

use crate::terms::Arch;

/// Values for `$name` and `${name}`. Names that have none stay as they are, as in dnf.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// `$arch` and `$basearch`, and `$releasever` with its `_major` and `_minor` if it is known.
    pub fn new(arch: Arch, releasever: Option<&str>) -> Self {
        let out = Self::default().with("arch", arch.rpm()).with("basearch", arch.rpm());
        releasever.map_or(out.clone(), |v| out.with_releasever(v))
    }

    /// The same with another `$releasever`.
    #[must_use]
    pub fn with_releasever(&self, releasever: &str) -> Self {
        let (major, minor) = releasever.split_once('.').unwrap_or((releasever, ""));
        let out = self.clone().with("releasever", releasever);
        out.with("releasever_major", major).with("releasever_minor", minor)
    }

    /// One more value.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Replaces every known variable.
    pub fn expand(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            let (name, len) = match after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
                Some((name, _)) => (name, name.len() + 2),
                None => {
                    let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
                    (&after[..end], end)
                }
            };
            match self.0.get(name) {
                Some(value) => out.push_str(value),
                None => out.push_str(&rest[at..at + 1 + len]),
            }
            rest = &after[len..];
        }
        out.push_str(rest);
        out
    }
}
