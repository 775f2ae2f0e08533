//! The package database as it would be at each moment of the transaction: headers with their number, in and out.

use std::{borrow::Cow, sync::Arc};

use crate::{
    formats::rpm::{Condition, FileEntry, Header, HeaderError, ScriptKind, Scriptlet, Tag},
    rootfs::install::{Package, State},
    terms::Nevra,
};

/// Triggers on packages.
const TRIGGERS: [ScriptKind; 4] =
    [ScriptKind::TriggerPreIn, ScriptKind::TriggerIn, ScriptKind::TriggerUn, ScriptKind::TriggerPostUn];

/// What the transaction does with a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The base has it, and it stays.
    Stays,
    /// The base has it, and it is erased.
    Leaves,
    /// It is installed.
    New,
}

/// A package.
#[derive(Debug)]
pub(super) struct Row {
    /// Its number in the database: triggers run by it.
    pub(super) instance: u32,
    pub(super) nevra: Nevra,
    pub(super) header: Header,
    pub(super) scriptlets: Vec<Scriptlet>,
    /// Conditions of its triggers on packages in header order, with their scriptlet's place.
    pub(super) triggers: Vec<(usize, Condition)>,
    pub(super) files: Arc<[FileEntry]>,
    pub(super) who: Package,
    pub(super) role: Role,
    /// Whether the database has it now.
    pub(super) present: bool,
    /// The states of its files, once the database has it.
    pub(super) states: Vec<State>,
}

impl Row {
    /// Reads the header's scriptlets.
    pub(super) fn new(
        instance: u32,
        (nevra, header): (Nevra, Header),
        files: Arc<[FileEntry]>,
        (who, role): (Package, Role),
    ) -> Result<Self, HeaderError> {
        let scriptlets = header.scriptlets()?;
        let present = role != Role::New;
        let triggers = triggers(&header, &scriptlets);
        Ok(Self { instance, nevra, header, scriptlets, triggers, files, who, role, present, states: Vec::new() })
    }

    /// Its scriptlets of one kind with their places.
    pub(super) fn of_kind(&self, kind: ScriptKind) -> impl Iterator<Item = (usize, &Scriptlet)> {
        self.scriptlets.iter().enumerate().filter(move |(_, s)| s.kind == kind)
    }

    /// Whether it has a file in a directory whose name (with a slash at its end) begins so: what the database's index of
    /// directories finds.
    pub(super) fn has_directory(&self, prefix: &[u8]) -> bool {
        let directory = |path: &[u8]| path.iter().rposition(|&b| b == b'/').map_or(0, |slash| slash + 1);
        self.files.iter().any(|f| f.path[..directory(&f.path)].starts_with(prefix))
    }

    /// Its installed files that begin so, in header order.
    pub(super) fn installed_files<'a>(&'a self, prefix: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let state = |i: usize| self.states.get(i).copied().unwrap_or_default();
        let installed = move |i: usize| matches!(state(i), State::Normal | State::NetShared);
        let files = self.files.iter().enumerate().filter(move |(i, f)| f.path.starts_with(prefix) && installed(*i));
        files.map(|(_, f)| f.path.as_slice())
    }
}

fn triggers(header: &Header, scriptlets: &[Scriptlet]) -> Vec<(usize, Condition)> {
    let names = header.texts(Tag::TRIGGERNAME);
    let flags = header.u32s(Tag::TRIGGERFLAGS).unwrap_or_default();
    let versions = header.texts(Tag::TRIGGERVERSION);
    let condition = |(i, name): (usize, Cow<'_, str>)| {
        let version = versions.get(i).map(|v| v.clone().into_owned()).unwrap_or_default();
        let condition = Condition { name: name.into_owned(), flags: flags.get(i).copied().unwrap_or(0), version };
        let has = |s: &Scriptlet| TRIGGERS.contains(&s.kind) && s.conditions.contains(&condition);
        Some((scriptlets.iter().position(has)?, condition))
    };
    names.into_iter().enumerate().filter_map(condition).collect()
}

/// How many packages of that name the database has.
pub(super) fn count(rows: &[Row], name: &str) -> usize {
    rows.iter().filter(|r| r.present && r.nevra.name == name).count()
}

/// The places of the rows the database has, by their number.
pub(super) fn present(rows: &[Row]) -> Vec<usize> {
    let mut out: Vec<usize> = (0..rows.len()).filter(|&r| rows[r].present).collect();
    out.sort_by_key(|&r| rows[r].instance);
    out
}
