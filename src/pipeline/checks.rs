//! Packages checked as they arrive, on any thread.

use std::sync::{Mutex, PoisonError};

use super::{Error, Session, trusts::Trusts};
use crate::{
    fetch::{self, Package},
    lock::LockedPackage,
    store::{Blob, Verified},
};

/// How far a package is.
enum State {
    Coming,
    Arrived(Verified<Blob>),
    Checked(Box<Result<Verified<Package>, Error>>),
}

/// The packages of a lock, in its order.
pub(super) struct Checks<'a> {
    session: &'a Session,
    trusts: &'a Trusts,
    packages: Vec<(&'a LockedPackage, Mutex<State>)>,
}

impl<'a> Checks<'a> {
    /// None of which is there.
    pub fn of(session: &'a Session, trusts: &'a Trusts, packages: &'a [LockedPackage]) -> Self {
        let packages = packages.iter().map(|p| (p, Mutex::new(State::Coming))).collect();
        Self { session, trusts, packages }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.packages.len()
    }

    /// One is in the store.
    pub fn arrived(&self, place: usize, blob: Verified<Blob>) {
        self.set(place, State::Arrived(blob));
    }

    /// Checks one that arrived; none where it is not what was promised, which [`Checks::finish`] tells.
    pub fn run(&self, place: usize) -> Option<Verified<Package>> {
        let State::Arrived(blob) = self.set(place, State::Coming) else { return None };
        let result = self.check(self.packages[place].0, blob);
        let package = result.as_ref().ok().cloned();
        self.set(place, State::Checked(Box::new(result)));
        package
    }

    fn set(&self, place: usize, state: State) -> State {
        let mut slot = self.packages[place].1.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *slot, state)
    }

    fn check(&self, package: &LockedPackage, blob: Verified<Blob>) -> Result<Verified<Package>, Error> {
        let doubt = |source| fetch::FetchError::Doubt { package: package.nevra.clone(), source: Box::new(source) };
        let trust = self.trusts.of(&package.repo)?;
        Ok(fetch::verify(&self.session.store, &package.nevra, blob, trust).map_err(doubt)?)
    }

    /// All of them by name; the first that failed is the error.
    pub fn finish(self) -> Result<Vec<Verified<Package>>, Error> {
        let mut packages = self.packages;
        packages.sort_by(|(a, _), (b, _)| a.nevra.cmp(&b.nevra));
        let result = |(_, state): (_, Mutex<State>)| match state.into_inner().unwrap_or_else(PoisonError::into_inner) {
            State::Checked(result) => *result,
            _ => Err(fetch::FetchError::Stopped.into()),
        };
        packages.into_iter().map(result).collect()
    }
}
