//! Repositories by content label: the entitlement certificate says where they are.

use super::{
    Error, Session,
    repositories::{Configured, settings},
};
use crate::{recipe::RepoPlan, repos::Variables};

/// The repository a label stands for.
pub(super) fn by_label(session: &Session, repo: &RepoPlan, variables: &Variables) -> Result<Configured, Error> {
    let label = repo.label.as_deref().unwrap_or(&repo.id);
    let cdn = &session.options.cdn;
    session.granted(label, |grant, identity| {
        let mut config = settings(repo, Some(&grant.content.baseurl(cdn)));
        // Keys under /etc/pki/rpm-gpg are the image's, which are trusted anyway.
        let keys = grant.content.gpgkeys(cdn).into_iter().filter(|k| !k.starts_with("file:"));
        config.gpgkeys.extend(keys);
        Configured::new(config.expanded(variables), identity)
    })
}
