//! Repositories by content label: the entitlement certificate says where they are.

use super::{Error, Session, repositories::Configured};
use crate::{recipe::RepoPlan, repos::Variables};

/// The repository a label stands for.
pub(super) fn by_label(_: &Session, repo: &RepoPlan, _: &Variables) -> Result<Configured, Error> {
    Err(Error::NoEntitlement { label: repo.label.clone().unwrap_or_else(|| repo.id.clone()) })
}
