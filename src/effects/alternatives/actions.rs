//! What is done to the choices for a name. The order of steps is chkconfig's, whose state files show it.

use super::{
    FAILED, Outcome, complain,
    links::Unmade,
    options::{Choice, Follower, Options},
    state::{Malformed, Mode, State},
};
use crate::effects::process::{Errno, Mode as Opening, Process, Status};

/// An action at work.
pub(super) struct Work<'w, 'p, 'a, 'o> {
    pub process: &'w mut Process<'p, 'a>,
    pub options: &'o Options,
}

/// Why there is no state.
pub(super) enum NoState {
    /// Nobody made one.
    Absent,
    /// The state is there, its link is not.
    Linkless(State),
    /// It cannot be read or understood, which was said.
    Broken,
}

impl Work<'_, '_, '_, '_> {
    /// `/var/lib/alternatives/NAME`.
    fn file(&self, name: &[u8]) -> Vec<u8> {
        [&self.options.states[..], b"/", name].concat()
    }

    fn say(&mut self, parts: &[&[u8]]) {
        if self.options.verbose {
            self.process.out([&parts.concat()[..], b"\n"].concat());
        }
    }

    /// Whether two programs are the same: where `/usr/sbin` is `/usr/bin` both names are.
    fn same(&self, a: &[u8], b: &[u8]) -> bool {
        fn program(path: &[u8]) -> Option<&[u8]> {
            let dirs: [&[u8]; 4] = [b"/usr/bin/", b"/usr/sbin/", b"/bin/", b"/sbin/"];
            dirs.iter().find_map(|dir| path.strip_prefix(*dir))
        }
        let merged = || self.process.readlink(b"/usr/sbin").is_ok_and(|t| t == b"bin" || t == b"/usr/bin");
        a == b || (program(a).is_some() && program(a) == program(b) && merged())
    }

    /// Reads a name's state, and compares it with its link: who changed the link by hand has chosen.
    pub fn read(&mut self, name: &[u8]) -> Result<State, NoState> {
        let path = self.file(name);
        self.say(&[b"reading ", &path]);
        let text = match self.process.read_file(&path) {
            Ok(text) => text,
            Err(Errno::NoEntry) => return Err(NoState::Absent),
            Err(errno) => {
                complain(self.process, &[b"failed to open ", &path, b": ", errno.to_string().as_bytes()]);
                return Err(NoState::Broken);
            }
        };
        let mut state = match State::parse(&text, name, &path) {
            Ok(state) => state,
            Err(Malformed(lines)) => {
                lines.iter().for_each(|line| complain(self.process, &[line]));
                return Err(NoState::Broken);
            }
        };
        let place = self.place(name);
        let target = match self.process.readlink(&place) {
            Ok(target) => target,
            Err(errno) => {
                let link = state.choices[0].link.clone();
                complain(self.process, &[b"failed to read link ", &link, b": ", errno.to_string().as_bytes()]);
                return Err(NoState::Linkless(state));
            }
        };
        state.current = state.choices.iter().position(|c| self.same(&target, &c.path));
        if state.current.is_none() {
            state.mode = Mode::Manual;
            self.say(&[b"link points to no alternative -- setting mode to manual"]);
        } else if state.current != Some(state.best) && state.mode == Mode::Auto {
            state.mode = Mode::Manual;
            self.say(&[b"link changed -- setting mode to manual"]);
        }
        state.leads_to = Some(super::options::normal(&target));
        Ok(state)
    }

    /// The same where anything else is failure.
    pub fn known(&mut self, name: &[u8]) -> Result<State, Status> {
        self.read(name).map_err(|_| FAILED)
    }

    fn not_configured(&mut self, path: &[u8], name: &[u8]) -> Status {
        complain(self.process, &[path, b" has not been configured as an alternative for ", name]);
        FAILED
    }

    /// Writes the file, then the links, then sets the services going.
    pub fn write(&mut self, state: &mut State, force: bool) -> Outcome {
        let name = state.choices[0].name.clone();
        let text = state.text();
        if self.options.test {
            self.process.out(text);
        } else {
            self.replace(&self.file(&name), &text)?;
        }
        if state.mode == Mode::Auto {
            state.current = Some(state.best);
        }
        let chosen = state.current.unwrap_or(0);
        let mut failed = false;
        if force || state.mode == Mode::Auto {
            let choice = state.choices[chosen].clone();
            failed |= self.make_links(&choice.link, &choice.name, &choice.path).is_err();
            for follower in &choice.followers {
                failed |= self.follow(follower, state.dpkg).is_err();
            }
        }
        if !self.options.test {
            self.services(state, chosen);
        }
        if failed { Err(FAILED) } else { Ok(()) }
    }

    /// A follower's links. dpkg's program makes none to what is not there.
    fn follow(&mut self, follower: &Follower, dpkg: bool) -> Result<(), Unmade> {
        match &follower.path {
            Some(path) if !dpkg || self.process.exists(path) => self.make_links(&follower.link, &follower.name, path),
            _ => self.remove_links(&follower.link, &follower.name),
        }
    }

    /// The file, made aside and moved over the old one.
    fn replace(&mut self, path: &[u8], text: &[u8]) -> Outcome {
        let new = [path, b".new"].concat();
        let mode = Opening { exclusive: true, ..Opening::WRITE };
        let handle = match self.process.open(&new, mode) {
            Ok(handle) => handle,
            Err(Errno::Exists) => {
                complain(self.process, &[&new, b" already exists"]);
                return Err(FAILED);
            }
            Err(errno) => {
                complain(self.process, &[b"failed to create ", &new, b": ", errno.to_string().as_bytes()]);
                return Err(FAILED);
            }
        };
        let umask = self.process.umask;
        let _ = self.process.chmod(&new, 0o644 & !umask);
        let written = handle.write(self.process.stage, text).and_then(|()| self.process.rename(&new, path));
        written.map_err(|errno| {
            let why = errno.to_string();
            complain(self.process, &[b"failed to replace ", path, b" with ", &new, b": ", why.as_bytes()]);
            let _ = self.process.unlink(&new);
            FAILED
        })
    }

    /// Enables the service of the chosen one, disables those of the others.
    fn services(&mut self, state: &State, chosen: usize) {
        let others = (0..state.choices.len()).filter(|i| *i != chosen);
        for i in std::iter::once(chosen).chain(others) {
            let Some(service) = &state.choices[i].initscript else { continue };
            let unit = [b"/lib/systemd/system/", &service[..], b".service"].concat();
            let local = [b"/etc/systemd/system/", &service[..], b".service"].concat();
            let systemd = self.process.exists(&unit) || self.process.exists(&local);
            let command = match (systemd, i == chosen) {
                (true, true) => {
                    let enabled = [b"/bin/systemctl -q is-enabled ", &service[..], b".service || "].concat();
                    [&enabled[..], b"/bin/systemctl -q preset ", service, b".service"].concat()
                }
                (true, false) => [b"/bin/systemctl -q disable ", &service[..], b".service"].concat(),
                (false, true) => [b"/sbin/chkconfig --add ", &service[..]].concat(),
                (false, false) => [b"/sbin/chkconfig --del ", &service[..]].concat(),
            };
            self.say(&[b"running ", &command]);
            self.process.run(vec![b"/bin/sh".to_vec(), b"-c".to_vec(), command]);
        }
    }

    /// `--install`: a new choice, or one anew.
    pub fn install(&mut self, new: &Choice) -> Outcome {
        let mut state = match self.read(&new.name) {
            Ok(state) | Err(NoState::Linkless(state)) => state,
            Err(NoState::Absent) => State::new(self.options.dpkg),
            Err(NoState::Broken) => return Err(FAILED),
        };
        if state.dpkg && !self.process.exists(&new.path) {
            complain(self.process, &[b"update-alternatives: error: alternative path ", &new.path, b" doesn't exist"]);
            return Err(FAILED);
        }
        let Some(first) = state.choices.first().cloned() else {
            state.choices.push(new.clone());
            return self.write(&mut state, false);
        };
        if !self.same(&new.link, &first.link) {
            complain(self.process, &[b"the primary link for ", &first.name, b" must be ", &first.link]);
            return Err(FAILED);
        }
        let mut all = first.followers;
        new.followers.iter().for_each(|follower| self.gather(&mut all, follower));
        let known = state.choices.iter().position(|c| self.same(&c.path, &new.path));
        if let Some(i) = known {
            state.choices[i] = new.clone();
            self.drop_unused(&state, &mut all);
        } else {
            if state.choices[state.best].priority < new.priority {
                state.best = state.choices.len();
            }
            state.choices.push(new.clone());
        }
        self.align(&mut state, all)?;
        self.write(&mut state, known.is_some())
    }

    /// One more follower, unless its link is one's already.
    fn gather(&self, all: &mut Vec<Follower>, follower: &Follower) {
        if !all.iter().any(|known| self.same(&known.link, &follower.link)) {
            all.push(follower.clone());
        }
    }

    /// Followers that no choice has anything for go, and their links.
    fn drop_unused(&mut self, state: &State, all: &mut Vec<Follower>) {
        let mut i = 0;
        while i < all.len() {
            let followers = state.choices.iter().flat_map(|c| &c.followers);
            let mut of_name = followers.filter(|f| f.name == all[i].name);
            if of_name.any(|f| f.path.is_some()) {
                i += 1;
            } else {
                let _ = self.remove_links(&all[i].link.clone(), &all[i].name.clone());
                all.swap_remove(i);
            }
        }
    }

    /// Every choice gets all followers, in the order of their links.
    fn align(&mut self, state: &mut State, mut all: Vec<Follower>) -> Outcome {
        all.sort_by(|a, b| a.link.cmp(&b.link));
        for choice in &mut state.choices {
            let mut own = Vec::with_capacity(all.len());
            for wanted in &all {
                match choice.followers.iter().find(|f| f.name == wanted.name) {
                    Some(known) if !self.same(&known.link, &wanted.link) => {
                        let (link, name) = (&known.link[..], &known.name[..]);
                        let end = [b" (", &wanted.link[..], b" ", &wanted.name, b")"].concat();
                        complain(self.process, &[b"link ", link, b" incorrect for follower ", name, &end]);
                        return Err(FAILED);
                    }
                    Some(known) => own.push(known.clone()),
                    None => own.push(Follower { path: None, ..wanted.clone() }),
                }
            }
            choice.followers = own;
        }
        Ok(())
    }

    /// `--remove`: the last choice takes the state along; otherwise the last one moves into the gap.
    pub fn remove(&mut self, name: &[u8], path: &[u8]) -> Outcome {
        let mut state = match self.read(name) {
            Ok(state) => state,
            Err(NoState::Absent) if self.options.dpkg => return Ok(()),
            Err(_) => return Err(FAILED),
        };
        let Some(i) = state.choices.iter().position(|c| self.same(&c.path, path)) else {
            return if state.dpkg { Ok(()) } else { Err(self.not_configured(path, name)) };
        };
        if state.choices.len() == 1 {
            return self.remove_last(&state.choices[0], name);
        }
        let family = state.current.and_then(|c| state.choices[c].family.clone());
        let last = state.choices.len() - 1;
        state.current = match state.current {
            Some(current) if current == i => None,
            Some(current) if current == last => Some(i),
            other => other,
        };
        state.choices.swap_remove(i);
        state.best = 0;
        for i in 0..state.choices.len() {
            if better(&state.choices[i], &state.choices[state.best], family.as_ref()) {
                state.best = i;
            }
        }
        let mut force = false;
        if state.current.is_none() {
            if family.is_none() || family != state.choices[state.best].family {
                state.mode = Mode::Auto;
            } else {
                force = true;
            }
            state.current = Some(state.best);
        }
        self.write(&mut state, force)
    }

    fn remove_last(&mut self, choice: &Choice, name: &[u8]) -> Outcome {
        let mut failed = self.remove_links(&choice.link, &choice.name).is_err();
        for follower in &choice.followers {
            failed |= self.remove_links(&follower.link, &follower.name).is_err();
        }
        let path = self.file(name);
        if self.options.test {
            self.process.out([b"(would remove ", &path[..], b"\n"].concat());
        } else if let Err(errno) = self.process.unlink(&path) {
            complain(self.process, &[b"failed to remove ", &path, b": ", errno.to_string().as_bytes()]);
            failed = true;
        }
        if failed { Err(FAILED) } else { Ok(()) }
    }

    /// `--remove-all`: one by one.
    pub fn remove_all(&mut self, name: &[u8]) -> Outcome {
        let state = match self.read(name) {
            Ok(state) => state,
            Err(NoState::Absent) if self.options.dpkg => return Ok(()),
            Err(_) => return Err(FAILED),
        };
        let mut failed = false;
        for choice in &state.choices {
            failed |= self.remove(name, &choice.path).is_err();
        }
        if failed { Err(FAILED) } else { Ok(()) }
    }

    /// `--auto`.
    pub fn auto(&mut self, name: &[u8]) -> Outcome {
        let mut state = self.known(name)?;
        state.current = Some(state.best);
        state.mode = Mode::Auto;
        self.write(&mut state, false)
    }

    /// `--set`, to a path or to the best of a family.
    pub fn set(&mut self, name: &[u8], wanted: &[u8]) -> Outcome {
        let mut state = match self.read(name) {
            Ok(state) => state,
            Err(NoState::Absent) => {
                let dir = self.options.states.clone();
                complain(self.process, &[b"cannot access ", &dir, b"/", name, b": No such file or directory"]);
                return Err(FAILED);
            }
            Err(_) => return Err(FAILED),
        };
        let by_path = state.choices.iter().position(|c| self.same(&c.path, wanted));
        let of_family = || {
            let members = state.choices.iter().enumerate().filter(|(_, c)| c.family.as_deref() == Some(wanted));
            // The first of the highest priority.
            members.rev().max_by_key(|(_, c)| c.priority).map(|(i, _)| i)
        };
        let Some(found) = by_path.or_else(of_family) else { return Err(self.not_configured(wanted, name)) };
        state.current = Some(found);
        state.mode = Mode::Manual;
        self.write(&mut state, true)
    }

    /// `--add-follower`.
    pub fn add_follower(&mut self, name: &[u8], path: &[u8], follower: &Follower) -> Outcome {
        let mut state = self.known(name)?;
        let Some(i) = state.choices.iter().position(|c| self.same(&c.path, path)) else {
            return Err(self.not_configured(path, name));
        };
        let mut all = state.choices[i].followers.clone();
        self.gather(&mut all, follower);
        let _ = self.align(&mut state, all);
        if let Some(own) = state.choices[i].followers.iter_mut().find(|f| f.name == follower.name) {
            own.path.clone_from(&follower.path);
        }
        self.write(&mut state, true)
    }

    /// `--remove-follower`.
    pub fn remove_follower(&mut self, name: &[u8], path: &[u8], follower: &[u8]) -> Outcome {
        let mut state = self.known(name)?;
        let Some(i) = state.choices.iter().position(|c| self.same(&c.path, path)) else {
            return Err(self.not_configured(path, name));
        };
        let Some(own) = state.choices[i].followers.iter_mut().find(|f| f.name == follower) else {
            let end = [b" (", path, b")"].concat();
            let parts: [&[u8]; 4] = [follower, b" has not been configured as an follower alternative for ", name, &end];
            complain(self.process, &parts);
            return Err(FAILED);
        };
        own.path = None;
        let mut all = state.choices[i].followers.clone();
        self.drop_unused(&state, &mut all);
        let _ = self.align(&mut state, all);
        self.write(&mut state, true)
    }
}

/// Whether a choice is to be preferred: one of the family before any other, then by priority.
fn better(new: &Choice, old: &Choice, family: Option<&Vec<u8>>) -> bool {
    let (is, was) = (new.family.as_ref() == family, old.family.as_ref() == family);
    if family.is_none() || is == was { new.priority > old.priority } else { is }
}
