//! Repositories by content label: the entitlement certificate says where they are, `rhsm.conf` in which network.

use super::{
    Error, Session,
    base::{self, Base},
    holdings::Granted,
    options::{RhsmReposOptions, SessionOptions},
    registration,
    report::{ContentRepository, RhsmRepos},
    repositories::{Configured, settings},
    session::read_local,
};
use crate::{
    net::Identity,
    pipeline::holdings::Holdings,
    recipe::RepoPlan,
    repos::{RepoConfig, Variables},
    rhsm::{self, Conf, Override},
};

/// Where a base image keeps the authority of Red Hat's network.
const CA_OF_BASE: &str = "etc/rhsm/ca/redhat-uep.pem";
/// Segments of paths that there are for minor releases only: extended update support and its longer kinds.
const MINOR_ONLY: [&str; 4] = ["eus", "aus", "e4s", "tus"];
/// Options that an override may not weaken: what is trusted is the recipe's and the user's to say.
const TRUST: [&str; 6] = ["gpgcheck", "pkg_gpgcheck", "repo_gpgcheck", "sslverify", "sslcacert", "gpgkey"];

/// Where content paths begin: as the user says, else as the host's `rhsm.conf` does.
pub(super) fn network(options: &SessionOptions) -> String {
    let url = options.cdn.clone().unwrap_or_else(|| Conf::discover(&options.host_root).baseurl);
    url.trim_end_matches('/').to_owned()
}

/// The path of an address below the network's base URL.
pub(super) fn path_below<'a>(network: &str, url: &'a str) -> Option<&'a str> {
    url.strip_prefix(network).filter(|path| path.starts_with('/')).and_then(|path| path.split(['?', '#']).next())
}

/// The repository a label stands for. Where the recipe did not pin `$releasever`, the release counts that the consumer is held
/// to, if it is.
pub(super) fn by_label(
    session: &Session,
    repo: &RepoPlan,
    variables: &Variables,
    pinned: bool,
    base: &Base,
) -> Result<Configured, Error> {
    let label = repo.label.as_deref().unwrap_or(&repo.id);
    let holdings = session.holdings(Some(base))?;
    let (Granted { entitlement, content }, identity) = holdings.granted(label, &session.options)?;
    let cdn = network(&session.options);
    let mut config = settings(repo, Some(&content.baseurl(&cdn)));
    // Keys under /etc/pki/rpm-gpg are the image's, which are trusted anyway.
    config.gpgkeys.extend(content.gpgkeys(&cdn).into_iter().filter(|k| !k.starts_with("file:")));
    overridden(session, &mut config, label, &session.overrides());
    let held = session.release().filter(|_| !pinned).map(|release| variables.with_releasever(&release));
    let variables = for_release(held.as_ref().unwrap_or(variables), &config, label, base)?;
    let config = config.expanded(&variables);
    for path in config.baseurls.iter().filter_map(|url| path_below(&cdn, url)) {
        if !session.options.offline && !entitlement.opens(path)? {
            return Err(rhsm::Error::PathNotGranted { name: entitlement.name, path: path.to_owned() }.into());
        }
    }
    let identity = with_authority(session, identity, &cdn, Some(base))?;
    Ok(Configured::new(config, identity))
}

/// With the authority of the network: the host's own as subscription-manager takes it; else, for Red Hat's, the base image's.
fn with_authority(session: &Session, identity: Identity, cdn: &str, base: Option<&Base>) -> Result<Identity, Error> {
    let root = &session.options.host_root;
    let mut files = Conf::discover(root).content_authorities(root).into_iter().filter(|path| path.is_file());
    if let Some(file) = files.next() {
        return Ok(identity.with_authorities(&file.display().to_string(), &read_local(&file)?)?);
    }
    match base.filter(|_| cdn == rhsm::CDN).and_then(|base| base::text_of(base, CA_OF_BASE)) {
        Some(pem) => Ok(identity.with_authorities(&format!("{CA_OF_BASE} of the base image"), &pem)?),
        None => Ok(identity),
    }
}

/// `$releasever` for a repository: its minor release, where the repository has no other. The base image says which it is.
fn for_release(variables: &Variables, config: &RepoConfig, label: &str, base: &Base) -> Result<Variables, Error> {
    let releasever = variables.expand("$releasever");
    let minor_only = |url: &String| {
        let segments: Vec<&str> = url.split('/').collect();
        segments.contains(&"$releasever") && segments.iter().any(|s| MINOR_ONLY.contains(s))
    };
    if releasever.contains(['.', '$']) || !config.baseurls.iter().any(minor_only) {
        return Ok(variables.clone());
    }
    let release = base::text_of(base, "etc/os-release").unwrap_or_default();
    let release = String::from_utf8_lossy(&release).into_owned();
    let version = release.lines().find_map(|l| l.strip_prefix("VERSION_ID=")).map(|v| v.trim().trim_matches('"'));
    match version.filter(|v| v.strip_prefix(&releasever).is_some_and(|rest| rest.starts_with('.'))) {
        Some(version) => Ok(variables.with_releasever(version)),
        None => Err(rhsm::Error::MinorRelease { label: label.to_owned(), releasever }.into()),
    }
}

/// What an administrator set for this repository, but for what is trusted.
fn overridden(session: &Session, config: &mut RepoConfig, label: &str, overrides: &[Override]) {
    for o in overrides.iter().filter(|o| o.content_label == label) {
        // Whether it is enabled the recipe says, by naming it.
        if o.name == "enabled" {
            continue;
        }
        if TRUST.contains(&o.name.as_str()) {
            session.note(format!("repository {label}: the content override of {} is not followed", o.name));
        } else if let Err(expected) = config.set(&o.name, &o.value) {
            session.warn(format!("repository {label}: the content override of {} should be {expected}", o.name));
        }
    }
}

/// `drydock rhsm repos`: every RPM repository the certificates grant, by label.
pub fn rhsm_repos(options: &RhsmReposOptions) -> Result<RhsmRepos, Error> {
    let session = &options.session;
    let named = Holdings::named(session)?;
    let (holdings, overrides) = match named.is_empty() {
        true => match registration::kept(session)? {
            Some(kept) => (kept, Vec::new()),
            None => (Holdings::of_host(session), Override::discover(&session.host_root)),
        },
        false => (named, Vec::new()),
    };
    let cdn = network(session);
    let mut repositories: Vec<ContentRepository> = Vec::new();
    // Of the same label in several certificates a subscription's goes before simple content access.
    let mut entitlements: Vec<_> = holdings.entitlements().collect();
    entitlements.sort_by_key(|e| e.org_level);
    for entitlement in entitlements {
        for content in entitlement.contents.iter().filter(|c| c.is_repository()) {
            let wanted = options.arch.is_none_or(|arch| content.is_for(arch));
            if wanted && !repositories.iter().any(|r| r.label == content.label) {
                repositories.push(listed(content, entitlement, &cdn, &overrides));
            }
        }
    }
    if repositories.is_empty() {
        holdings.complain(session)?;
    }
    repositories.retain(|r| options.enabled.is_none_or(|enabled| r.enabled == enabled));
    repositories.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(RhsmRepos { repositories })
}

fn listed(content: &rhsm::Content, by: &rhsm::Entitlement, cdn: &str, overrides: &[Override]) -> ContentRepository {
    let own = |name: &str| {
        let found = overrides.iter().rev().find(|o| o.content_label == content.label && o.name == name);
        found.map(|o| o.value.clone())
    };
    ContentRepository {
        id: content.repository_id(),
        label: content.label.clone(),
        name: own("name").unwrap_or_else(|| content.name.clone()),
        url: own("baseurl").unwrap_or_else(|| content.baseurl(cdn)),
        enabled: own("enabled").map_or(content.enabled, |e| !matches!(e.to_ascii_lowercase().as_str(), "0" | "false")),
        arches: content.arches.clone(),
        certificate: by.name.clone(),
    }
}
