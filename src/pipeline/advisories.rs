//! The packages of the advisories that a request is limited to.

use std::collections::BTreeSet;

use super::{Error, Session, resolve::Loads};
use crate::{
    formats::repodata::{AdvisoryLimits, AdvisoryModule},
    recipe::AdvisoryPlan,
    solve::streams::Choice,
    terms::Nevra,
};

/// A recipe's limits as the readers of `updateinfo.xml` take them.
pub(super) trait Limits {
    /// The same, in the formats' words.
    fn limits(&self) -> AdvisoryLimits;
}

impl Limits for AdvisoryPlan {
    fn limits(&self) -> AdvisoryLimits {
        let Self { ids, types, cves, bugzillas, severities } = self.clone();
        AdvisoryLimits { ids, types, cves, bugzillas, severities }
    }
}

/// What the advisories asked for bring, of all repositories; none where no limit is set. Collections of module streams count where
/// one of their streams is active (libdnf's `AdvisoryModule::isApplicable`).
pub(super) fn packages(
    session: &Session,
    loads: &Loads<'_>,
    limits: &AdvisoryLimits,
    choice: &Choice,
) -> Result<Option<BTreeSet<Nevra>>, Error> {
    if limits.is_empty() {
        return Ok(None);
    }
    let active = |m: &AdvisoryModule| {
        let fits = |wanted: &str, is: &str| wanted.is_empty() || wanted == is;
        choice
            .active
            .iter()
            .any(|s| fits(&m.name, &s.name) && fits(&m.stream, &s.stream) && fits(&m.context, &s.context))
    };
    let mut out = BTreeSet::new();
    for repository in loads.used() {
        for collection in session.wait(repository.advisories(&loads.through, limits))? {
            if collection.modules.is_empty() || collection.modules.iter().any(active) {
                out.extend(collection.packages);
            }
        }
    }
    Ok(Some(out))
}
