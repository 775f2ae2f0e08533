//! What becomes of every file of a transaction, decided before anything is touched (rpm `rpmtsPrepare`): first against the
//! packages of the base, then of what comes and goes against each other.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    Conflict, InstallError, PackageFiles, Policy, State,
    disk::Disk,
    fate::{self, Action},
    paths::Paths,
    select,
};
use crate::{
    formats::rpm::{FileEntry, flags},
    terms::{Nevra, RootPath},
};

/// A package that takes part.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) nevra: Nevra,
    pub(super) files: Arc<[FileEntry]>,
    pub(super) actions: Vec<Action>,
    /// Its place in the base's list, if it goes.
    leaves: Option<usize>,
    states: Vec<State>,
    /// Files of packages that stay and that this one's take the place of.
    pub(super) restates: Vec<(usize, u32, State)>,
}

/// What takes part: all that comes, then all that goes, each in its order.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) elements: Vec<Element>,
    coming: usize,
}

impl Plan {
    /// The one that goes with this place in the base's list.
    pub(super) fn leaving(&self, package: usize) -> Option<&Element> {
        self.elements[self.coming..].iter().find(|e| e.leaves == Some(package))
    }
}

/// Decides.
pub(super) fn plan(
    disk: &Disk<'_>,
    policy: &Policy,
    installed: &[PackageFiles],
    leaving: &[usize],
    incoming: Vec<(Nevra, Arc<[FileEntry]>)>,
) -> Result<Plan, InstallError> {
    let coming = incoming.len();
    let mut elements: Vec<Element> = incoming.into_iter().map(|package| comes(package, policy)).collect();
    elements.extend(leaving.iter().map(|&place| goes(place, &installed[place], policy)));
    let links = elements[..coming].iter().flat_map(|e| e.files.iter().zip(&e.actions));
    let links = links.filter(|(f, action)| f.is_symlink() && !f.is_ghost() && !action.skips()).map(|(f, _)| f);
    let paths = Paths::new(disk.tree, links);
    let mut planner =
        Planner { disk, policy, elements, paths, keys: Vec::new(), owners: HashMap::new(), conflicts: Vec::new() };
    planner.index()?;
    planner.against_installed(installed, leaving)?;
    for element in 0..planner.elements.len() {
        for file in 0..planner.elements[element].files.len() {
            match planner.elements[element].leaves {
                None => planner.coming_file(element, file)?,
                Some(_) => planner.leaving_file(element, file)?,
            }
        }
    }
    match planner.conflicts {
        none if none.is_empty() => Ok(Plan { elements: planner.elements, coming }),
        conflicts => Err(InstallError::Conflicts(conflicts)),
    }
}

fn comes((nevra, files): (Nevra, Arc<[FileEntry]>), policy: &Policy) -> Element {
    let action = |state| if state == State::Normal { Action::Unknown } else { Action::LeftOut(state) };
    let actions = select(&files, policy).into_iter().map(action).collect();
    Element { nevra, files, actions, leaves: None, states: Vec::new(), restates: Vec::new() }
}

fn goes(place: usize, package: &PackageFiles, policy: &Policy) -> Element {
    let action = |file: &FileEntry| match policy.is_net_shared(&file.path) {
        true => Action::LeftOut(State::NetShared),
        false => Action::Unknown,
    };
    Element {
        nevra: package.nevra.clone(),
        files: Arc::clone(&package.files),
        actions: package.files.iter().map(action).collect(),
        leaves: Some(place),
        states: package.states.clone(),
        restates: Vec::new(),
    }
}

/// A file of an element: both by their place.
type At = (usize, usize);

struct Planner<'a> {
    disk: &'a Disk<'a>,
    policy: &'a Policy,
    elements: Vec<Element>,
    paths: Paths,
    /// What path each file of each element is; none for names in the base that are no paths.
    keys: Vec<Vec<Option<RootPath>>>,
    /// Files by their path, in the order of the elements; without those left out from the start.
    owners: HashMap<RootPath, Vec<At>>,
    conflicts: Vec<Conflict>,
}

impl Planner<'_> {
    fn index(&mut self) -> Result<(), InstallError> {
        for (e, element) in self.elements.iter().enumerate() {
            let package = || element.nevra.clone();
            let mut keys = Vec::with_capacity(element.files.len());
            for (f, file) in element.files.iter().enumerate() {
                let found = match RootPath::new(&file.path) {
                    Ok(path) => {
                        self.paths.of(&path).map_err(|source| InstallError::Tree { package: package(), source })
                    }
                    Err(source) => Err(InstallError::Name { package: package(), source }),
                };
                let key = if element.leaves.is_some() { found.ok() } else { Some(found?) };
                if let Some(key) = key.as_ref().filter(|_| !element.actions[f].skips()) {
                    self.owners.entry(key.clone()).or_default().push((e, f));
                }
                keys.push(key);
            }
            self.keys.push(keys);
        }
        Ok(())
    }

    fn file(&self, (element, file): At) -> &FileEntry {
        &self.elements[element].files[file]
    }

    fn action(&self, (element, file): At) -> Action {
        self.elements[element].actions[file]
    }

    fn set(&mut self, (element, file): At, action: Action) {
        self.elements[element].actions[file] = action;
    }

    /// Every file of a package of the base that one of ours shares its path with (rpm `checkInstalledFiles`).
    fn against_installed(&mut self, installed: &[PackageFiles], leaving: &[usize]) -> Result<(), InstallError> {
        let files = self.elements.iter().flat_map(|e| e.files.iter());
        let names: HashSet<Vec<u8>> = files.map(|f| name(f).to_vec()).collect();
        for (place, package) in installed.iter().enumerate() {
            let leaves = leaving.contains(&place);
            for (index, file) in package.files.iter().enumerate().filter(|(_, f)| names.contains(name(f))) {
                let key = RootPath::new(&file.path).ok().and_then(|path| self.paths.of(&path).ok());
                let ours = key.and_then(|key| self.owners.get(&key).cloned()).unwrap_or_default();
                let state = package.states.get(index).copied().unwrap_or_default();
                for at in ours {
                    if self.elements[at.0].leaves.is_none() {
                        self.against(at, (package, place, index), leaves)?;
                    } else if !leaves && state == State::Normal {
                        self.set(at, Action::Skip);
                    }
                }
            }
        }
        Ok(())
    }

    /// A coming file where a package of the base has one (rpm `handleInstInstalledFile`).
    fn against(
        &mut self,
        at: At,
        (package, place, index): (&PackageFiles, usize, usize),
        leaves: bool,
    ) -> Result<(), InstallError> {
        let (theirs, files) = (&package.files[index], Arc::clone(&self.elements[at.0].files));
        let file = &files[at.1];
        if self.action(at).skips() || package.states.get(index) == Some(&State::NotInstalled) {
            return Ok(());
        }
        let is_config = (theirs.flags | file.flags) & flags::CONFIG != 0;
        if !fate::compatible(theirs, file) && (!leaves || fate::removal_conflict(self.disk, theirs, file)) {
            if self.settle_colors(at, None, theirs) {
                if !leaves && !is_config && !self.action(at).skips() {
                    self.elements[at.0].restates.push((place, index as u32, State::WrongColor));
                }
            } else {
                self.conflict(at, &package.nevra);
            }
        }
        if is_config {
            let action = fate::config_fate(self.disk, theirs, file)?;
            self.set(at, action);
        }
        Ok(())
    }

    /// Two ELF classes at one path: the preferred one stays, the other is marked (rpm `handleColorConflict`). False if these
    /// are not two.
    fn settle_colors(&mut self, at: At, other: Option<At>, theirs: &FileEntry) -> bool {
        let (ours, theirs) = (self.file(at).color & self.policy.color, theirs.color & self.policy.color);
        if ours == 0 || theirs == 0 || ours == theirs {
            return false;
        }
        let gave_way = Action::LeftOut(State::WrongColor);
        if ours & self.policy.prefer_color != 0 {
            if let Some(other) = other.filter(|_| !self.action(at).skips()) {
                self.set(other, gave_way);
            }
            self.set(at, Action::Create);
            return true;
        }
        if theirs & self.policy.prefer_color != 0 {
            if let Some(other) = other.filter(|_| self.action(at).skips()) {
                self.set(other, Action::Create);
            }
            self.set(at, gave_way);
            return true;
        }
        false
    }

    fn conflict(&mut self, at: At, other: &Nevra) {
        let path = self.keys[at.0][at.1].clone().unwrap_or_default();
        let conflict = Conflict { path, package: self.elements[at.0].nevra.clone(), other: other.clone() };
        if !self.conflicts.contains(&conflict) {
            self.conflicts.push(conflict);
        }
    }

    /// The last file before this one that was decided, at the same path.
    fn earlier(&self, at: At, only_coming: bool) -> Option<At> {
        let key = self.keys[at.0][at.1].as_ref()?;
        let before = self.owners.get(key)?.iter().rev().skip_while(|other| **other != at).skip(1);
        let counts = |other: &At| {
            !(only_coming && self.elements[other.0].leaves.is_some()) && self.action(*other) != Action::Unknown
        };
        before.copied().find(counts)
    }

    /// A coming file among all that come (rpm `handleOverlappedFiles`). Of identical files, the first is written; the next
    /// after one that was passed over is written again.
    fn coming_file(&mut self, element: usize, index: usize) -> Result<(), InstallError> {
        let at = (element, index);
        if self.action(at).skips() {
            return Ok(());
        }
        let files = Arc::clone(&self.elements[element].files);
        let file = &files[index];
        let noreplace = file.flags & flags::NOREPLACE != 0;
        let Some(other) = self.earlier(at, true) else {
            if self.action(at) == Action::Unknown {
                let action = match fate::config_conflict(self.disk, file)? {
                    true if noreplace => Action::AltName,
                    true => Action::Backup,
                    false => Action::Create,
                };
                self.set(at, action);
            }
            return Ok(());
        };
        let theirs = self.file(other).clone();
        if !fate::compatible(&theirs, file) {
            if !self.settle_colors(at, Some(other), &theirs) {
                let nevra = self.elements[other.0].nevra.clone();
                self.conflict(at, &nevra);
            }
        } else if !self.action(other).skips() {
            if !theirs.is_ghost() {
                self.set(at, Action::Skip);
            }
        } else if self.action(other) == Action::LeftOut(State::WrongColor) {
            self.set(at, Action::LeftOut(State::WrongColor));
        }
        if self.action(at).skips() {
            return Ok(());
        }
        if fate::config_conflict(self.disk, file)? {
            self.set(at, if noreplace { Action::AltName } else { Action::Skip });
        } else if self.action(at) == Action::Unknown {
            self.set(at, Action::Create);
        }
        Ok(())
    }

    /// A file that goes: unless something that comes has its path, or something that goes later has.
    fn leaving_file(&mut self, element: usize, index: usize) -> Result<(), InstallError> {
        let at = (element, index);
        if self.keys[element][index].is_none() {
            self.set(at, Action::Skip);
            return Ok(());
        }
        if let Some(other) = self.earlier(at, false) {
            if self.action(other) != Action::Erase {
                self.set(at, Action::Skip);
                return Ok(());
            }
            self.set(other, Action::Skip);
        }
        if self.action(at).skips() {
            return Ok(());
        }
        let normal = self.elements[element].states.get(index).is_none_or(|s| *s == State::Normal);
        let action = match normal {
            false => Action::Skip,
            true if fate::config_conflict(self.disk, self.file(at))? => Action::Save,
            true => Action::Erase,
        };
        self.set(at, action);
        Ok(())
    }
}

fn name(file: &FileEntry) -> &[u8] {
    &file.path[file.path.iter().rposition(|&b| b == b'/').map_or(0, |slash| slash + 1)..]
}
