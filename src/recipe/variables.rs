//! Variables: who defines them, what they are worth, and where a bad one is used.
//!
//! | name | unless given |
//! |---|---|
//! | `arch` | the RPM architecture; cannot be set |
//! | `kernel` | - ; `--kernel`; VERSION-RELEASE without arch |
//! | `rhel` | from the kernel's release (`.el8_4` is 8.4, `.el9` is 9); `--rhel` |
//! | `rhel_major` | the part of `rhel` before its point |
//! | `releasever` | `rhel`; what `$releasever` in repository URLs becomes |
//! | `kver` | `${kernel}.${arch}` |
//! | `rt_kernel` | the kernel's own VERSION-RELEASE from RHEL 9 on; a glob that finds it for RHEL 8 |
//! | `rt_kver` | `${rt_kernel}.${arch}` and `+rt` where the release has no `.rt`; empty for a glob |
//!
//! `--set` wins over flags, flags over `[vars]`, and a variable that is empty there takes the value of this table.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use crate::terms::Arch;

use super::{
    Error, Overrides, Place,
    error::Meant,
    source::{Path, Source},
    template::{Part, is_late, split},
};

/// Names that have a value without being defined.
const COMPUTED: [&str; 8] = ["arch", "kernel", "kver", "releasever", "rhel", "rhel_major", "rt_kernel", "rt_kver"];

/// What a string may hold besides plain variables, by the key it stands under.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Rules {
    /// An empty variable drops the entry (`try`).
    pub(super) droppable: bool,
    /// An empty variable is a mistake: the string names something.
    pub(super) needs_values: bool,
    /// `${rpm:…}` and `${uname:…}` may stand.
    pub(super) late: bool,
}

/// The variables of one architecture.
pub(super) struct Variables<'a> {
    source: &'a Source<'a>,
    arch: Arch,
    defined: BTreeMap<String, (String, Place)>,
    stack: RefCell<Vec<String>>,
}

impl<'a> Variables<'a> {
    /// From `[vars]`, flags and `--set`, in rising order of weight.
    pub(super) fn new(source: &'a Source<'a>, arch: Arch, overrides: &Overrides) -> Result<Self, Error> {
        let mut defined = BTreeMap::new();
        let vars = source.root().get("vars").and_then(|v| v.get_ref().as_table());
        for (key, value) in vars.into_iter().flatten() {
            let name = key.get_ref().to_string();
            let text = value.get_ref().as_str().unwrap_or_default().to_owned();
            defined.insert(name, (text, source.at(value.span().start)));
        }
        let flags = [("kernel", "--kernel", &overrides.kernel), ("rhel", "--rhel", &overrides.rhel)];
        for (name, flag, value) in flags {
            if let Some(value) = value {
                defined.insert(name.to_owned(), (value.clone(), Place::Flag(flag)));
            }
        }
        for (name, value) in &overrides.set {
            check_used(source, &defined, name, value)?;
            defined.insert(name.clone(), (value.clone(), Place::Flag("--set")));
        }
        let variables = Self { source, arch, defined, stack: RefCell::default() };
        variables.check_names()?;
        variables.check_kernel()?;
        Ok(variables)
    }

    fn check_names(&self) -> Result<(), Error> {
        let word = |n: &str| {
            n.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && n.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        for (name, (value, at)) in &self.defined {
            let why = match name.as_str() {
                "arch" => "it is the architecture being built; image.arches and --arch choose that",
                n if !word(n) => "a variable's name has letters, digits and underscores",
                _ => continue,
            };
            let (at, key) = (at.clone(), format!("vars.{name}"));
            return Err(Error::BadValue { at, key, value: value.clone(), why: why.into() });
        }
        Ok(())
    }

    /// `kernel` is what specs are made of; `uname -r`, which has the arch too, is what people paste.
    fn check_kernel(&self) -> Result<(), Error> {
        let Some((_, at)) = self.defined.get("kernel") else { return Ok(()) };
        let value = self.value("kernel", at)?;
        let arch = Arch::ALL.into_iter().find(|a| value.ends_with(&format!(".{a}")));
        let why = match arch {
            _ if value.is_empty() => return Ok(()),
            Some(arch) => format!("leave the architecture out: {}", value.trim_end_matches(&format!(".{arch}"))),
            None if value.split_once('-').is_none_or(|(v, r)| v.is_empty() || r.is_empty() || r.contains('-')) => {
                "expected VERSION-RELEASE, as in 4.18.0-305.40.1.el8_4".into()
            }
            None => return Ok(()),
        };
        Err(Error::BadValue { at: at.clone(), key: "vars.kernel".into(), value, why })
    }

    /// Every variable with its value, for display and for repositories.
    pub(super) fn all(&self) -> Result<BTreeMap<String, String>, Error> {
        let names = COMPUTED.iter().copied().chain(self.defined.keys().map(String::as_str));
        names.map(|n| Ok((n.to_owned(), self.value(n, &self.source.find(&Path::of(&["vars", n])))?))).collect()
    }

    /// The value of `name`, used at `at`.
    pub(super) fn value(&self, name: &str, at: &Place) -> Result<String, Error> {
        if self.stack.borrow().iter().any(|n| n == name) {
            let mut names = self.stack.borrow().clone();
            names.drain(..names.iter().position(|n| n == name).unwrap_or(0));
            names.push(name.to_owned());
            return Err(Error::RecursiveVariable { at: at.clone(), names });
        }
        self.stack.borrow_mut().push(name.to_owned());
        let value = self.evaluate(name, at);
        self.stack.borrow_mut().pop();
        value
    }

    fn evaluate(&self, name: &str, at: &Place) -> Result<String, Error> {
        match self.defined.get(name) {
            Some((text, place)) if !text.is_empty() => self.definition(text, place),
            defined => match self.computed(name, at)? {
                Some(value) => Ok(value),
                None if defined.is_some() => Ok(String::new()),
                None => Err(self.unknown(name, at)),
            },
        }
    }

    fn definition(&self, text: &str, place: &Place) -> Result<String, Error> {
        let mut out = String::new();
        for part in split(text) {
            match part {
                Part::Literal(t) => out.push_str(t),
                Part::Variable { name, .. } => out.push_str(&self.value(name, place)?),
                Part::Open(_) => return Err(unclosed(place.clone(), "vars", text)),
            }
        }
        Ok(out)
    }

    /// The module's table; none for other names.
    fn computed(&self, name: &str, at: &Place) -> Result<Option<String>, Error> {
        let get = |name: &str| self.value(name, at);
        Ok(Some(match name {
            "arch" => self.arch.rpm().to_owned(),
            "kernel" => String::new(),
            "kver" => suffixed(&get("kernel")?, &format!(".{}", self.arch)),
            "rhel" => release_of(&get("kernel")?),
            "rhel_major" => get("rhel")?.split('.').next().unwrap_or_default().to_owned(),
            "releasever" => get("rhel")?,
            "rt_kernel" => rt_of(&get("kernel")?),
            "rt_kver" => match get("rt_kernel")? {
                glob if glob.contains('*') => String::new(),
                own if own.contains(".rt") => suffixed(&own, &format!(".{}", self.arch)),
                shared => suffixed(&shared, &format!(".{}+rt", self.arch)),
            },
            _ => return Ok(None),
        }))
    }

    fn unknown(&self, name: &str, at: &Place) -> Error {
        let known: BTreeSet<&str> = self.defined.keys().map(String::as_str).chain(COMPUTED).collect();
        let meant = Meant::among(name, known.into_iter().map(str::to_owned).collect());
        Error::UnknownVariable { at: at.clone(), name: name.to_owned(), meant }
    }

    /// Expands a string value of the document. `None`: the entry is to be dropped.
    pub(super) fn expand(
        &self,
        text: &str,
        span: &std::ops::Range<usize>,
        path: &Path,
        rules: Rules,
    ) -> Result<Option<String>, Error> {
        let mut out = String::with_capacity(text.len());
        for part in split(text) {
            match part {
                Part::Literal("${") if rules.late => out.push_str("$${"),
                Part::Literal(t) => out.push_str(t),
                Part::Variable { name, at } if is_late(name) => {
                    if !rules.late {
                        let why = format!(
                            "${{{name}}} is known only after resolving; it can stand in labels, annotations, env and file contents"
                        );
                        return Err(Error::BadValue {
                            at: self.source.inside(text, span.clone(), at),
                            key: path.to_string(),
                            value: text.to_owned(),
                            why,
                        });
                    }
                    out.push_str(&format!("${{{name}}}"));
                }
                Part::Variable { name, at } => {
                    let at = self.source.inside(text, span.clone(), at);
                    let value = self.value(name, &at)?;
                    match (value.is_empty(), rules) {
                        (true, Rules { droppable: true, .. }) => return Ok(None),
                        (true, Rules { needs_values: true, .. }) => {
                            return Err(Error::EmptyVariable { at, name: name.to_owned(), key: path.to_string() });
                        }
                        _ if rules.late => out.push_str(&value.replace("${", "$${")),
                        _ => out.push_str(&value),
                    }
                }
                Part::Open(_) => return Err(unclosed(self.source.at(span.start), &path.to_string(), text)),
            }
        }
        Ok(Some(out))
    }
}

fn unclosed(at: Place, key: &str, value: &str) -> Error {
    let why = "a ${ is never closed; write $${ for a literal one".to_owned();
    Error::BadValue { at, key: key.to_owned(), value: value.to_owned(), why }
}

fn suffixed(value: &str, suffix: &str) -> String {
    if value.is_empty() { String::new() } else { format!("{value}{suffix}") }
}

/// RHEL's version from a release's dist tag: `305.40.1.el8_4` is of 8.4, `427.el9` of 9. Empty where there is none.
fn release_of(kernel: &str) -> String {
    let Some((_, tag)) = kernel.rsplit_once(".el") else { return String::new() };
    let version: String = tag.chars().take_while(|c| c.is_ascii_digit() || *c == '_').collect();
    version.trim_end_matches('_').replace('_', ".")
}

/// From RHEL 9 on kernel and kernel-rt come from one source package. Before, kernel-rt's release has `.rtN.N` before the
/// dist tag: a glob finds the one that belongs to the kernel.
fn rt_of(kernel: &str) -> String {
    match release_of(kernel).split('.').next().and_then(|m| m.parse::<u32>().ok()) {
        Some(9..) => kernel.to_owned(),
        Some(_) => kernel.rsplit_once(".el").map_or_else(String::new, |(v, tag)| format!("{v}.rt*.el{tag}")),
        None => String::new(),
    }
}

/// Refuses `--set` of a variable the recipe neither declares nor uses: it would change nothing, which is never meant.
fn check_used(
    source: &Source<'_>,
    defined: &BTreeMap<String, (String, Place)>,
    name: &str,
    value: &str,
) -> Result<(), Error> {
    let known = || defined.keys().map(String::as_str).chain(COMPUTED);
    if known().any(|n| n == name) || source.text.contains(&format!("${{{name}}}")) {
        return Ok(());
    }
    let why = match super::error::nearest(name, known()) {
        Some(near) => format!("the recipe has no such variable: did you mean {near:?}"),
        None => "the recipe has no such variable".to_owned(),
    };
    Err(Error::BadValue { at: Place::Flag("--set"), key: name.to_owned(), value: value.to_owned(), why })
}
