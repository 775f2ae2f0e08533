//! From a content label to the certificate that opens it.

use std::{cmp::Reverse, collections::BTreeSet};

use crate::terms::Arch;

use super::{Content, Entitlement, Error};

/// So many labels are proposed for one that isn't granted.
const PROPOSED: usize = 5;
/// Less alike than this is not what was meant.
const LIKE: f64 = 0.6;
/// Longer labels are not compared: real ones stay below 100 bytes, and comparing takes the product of both lengths.
const LONGEST_LABEL: usize = 160;

/// A content set and the certificate to ask for it with.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    /// Whose file name leads to the client certificate.
    pub entitlement: &'a Entitlement,
    /// The repository.
    pub content: &'a Content,
}

/// Finds the repository of this label among all certificates, at `now` (seconds since 1970). Where several grant it, one
/// that is valid goes before one that isn't, a subscription's before simple content access, then the first. `now` is
/// `None` where no server will see the certificate: then all are as good as valid.
///
/// # Errors
/// [`Error::NoEntitlement`] without any certificate, [`Error::NotGranted`] with near labels when none has it,
/// [`Error::Expired`] or [`Error::NotYetValid`] when those that have it are so.
pub fn grant<'a>(entitlements: &'a [Entitlement], label: &str, now: Option<u64>) -> Result<Grant<'a>, Error> {
    let standing = |e: &Entitlement| now.map_or(Ok(()), |now| e.check(now));
    let granting = entitlements.iter().filter_map(|entitlement| {
        let content = entitlement.contents.iter().find(|c| c.is_repository() && c.label == label)?;
        Some(Grant { entitlement, content })
    });
    let best = granting.min_by_key(|g| {
        let invalid = standing(g.entitlement).is_err();
        // Of those that are not valid, the one that is so longest tells most.
        (invalid, Reverse(invalid.then_some(g.entitlement.not_after)), g.entitlement.org_level)
    });
    match best {
        Some(grant) => standing(grant.entitlement).map(|()| grant),
        None if entitlements.is_empty() => Err(Error::NoEntitlement { label: label.to_owned() }),
        None => Err(not_granted(entitlements, label)),
    }
}

fn not_granted(entitlements: &[Entitlement], label: &str) -> Error {
    let repositories = entitlements.iter().flat_map(|e| &e.contents).filter(|c| c.is_repository());
    let labels: BTreeSet<&str> = repositories.map(|c| c.label.as_str()).filter(|l| can_be_shown(l)).collect();
    let mut near: Vec<(f64, &str)> = match label.len() {
        ..=LONGEST_LABEL => labels.iter().map(|l| (strsim::normalized_levenshtein(label, l), *l)).collect(),
        _ => Vec::new(),
    };
    near.retain(|(likeness, _)| *likeness > LIKE);
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    near.truncate(PROPOSED);
    Error::NotGranted {
        label: label.to_owned(),
        near: near.into_iter().map(|(_, l)| l.to_owned()).collect(),
        other_arch: other_arch(&labels, label),
    }
}

/// The architecture of the label, when no label of it is granted but this one's twin for another is: a consumer gets the
/// content of the architectures it registered with.
fn other_arch(labels: &BTreeSet<&str>, label: &str) -> Option<Arch> {
    let own = Arch::ALL.into_iter().find(|arch| label.contains(arch.rpm()))?;
    let twin = |arch: Arch| labels.contains(label.replace(own.rpm(), arch.rpm()).as_str());
    let strange = !labels.iter().any(|l| l.contains(own.rpm()));
    (strange && Arch::ALL.into_iter().any(twin)).then_some(own)
}

/// Labels come from a file and go to a terminal.
fn can_be_shown(label: &str) -> bool {
    !label.is_empty() && label.len() <= LONGEST_LABEL && label.bytes().all(|b| b.is_ascii_graphic())
}
