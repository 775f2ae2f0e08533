//! The recipe's repositories, ready to be asked: addresses and identities.

use std::path::{Path, PathBuf};

use super::{Error, Session, base::Base, options::RecipeOptions, session::read_local, trusts};
use crate::{
    formats::openpgp::Keyring,
    net::{ClientCertificate, Identity},
    recipe::{ArchPlan, RepoPlan, RepoUrl},
    repos::{RepoConfig, Variables},
    rhsm,
    terms::Secret,
};

/// A repository with whom to be to reach it, and whose packages to take from it.
#[derive(Clone, Debug)]
pub(super) struct Configured {
    /// Its configuration, variables expanded.
    pub config: RepoConfig,
    /// As whom it is asked: its own servers, and no mirror beside them.
    pub identity: Identity,
    /// Whose signature its metadata needs; none where that is not asked for.
    pub metadata_keys: Option<Keyring>,
}

impl Configured {
    /// `config` has its variables expanded.
    pub fn new(config: RepoConfig, identity: Identity) -> Self {
        let identity = identity.only_at(config.homes());
        Self { config, identity, metadata_keys: None }
    }
}

/// The repositories of a plan and of `.repo` files, in that order.
pub(super) fn configure(
    session: &Session,
    recipe: &RecipeOptions,
    plan: &ArchPlan,
    base: &Base,
) -> Result<Vec<Configured>, Error> {
    let releasever = plan.releasever.clone().or_else(|| releasever_of(base));
    let variables = Variables::new(plan.arch, releasever.as_deref());
    let from_files = from_files(session, &recipe.repo_files, &variables, true)?;
    let mut out = Vec::new();
    for repo in &plan.repos {
        if let Some(file) = from_files.iter().find(|f| f.config.id == repo.id) {
            out.push(file.clone());
            continue;
        }
        match from_plan(session, recipe.recipe.directory(), repo, &variables, plan.releasever.is_some(), base) {
            Ok(configured) => out.push(configured),
            // A subscription of its own that is not there is as good as a server that is not.
            Err(Error::Entitlement(e @ rhsm::Error::NotGranted { .. })) if repo.skip_if_unavailable => {
                session.note(format!("repository {} is left out for {}: {e}", repo.id, plan.arch));
            }
            Err(e) => return Err(e),
        }
    }
    if out.is_empty() && !plan.packages.install.is_empty() {
        return Err(Error::NoRepositories { arch: plan.arch });
    }
    trusts::of_metadata(session, recipe.recipe.directory(), &mut out, Some(base))?;
    Ok(out)
}

/// The effective recipe of every architecture, with the repositories of `.repo` files among its own: so a lock notices when
/// they change.
pub(super) fn plans(options: &RecipeOptions) -> Result<Vec<ArchPlan>, Error> {
    let mut plans = options.recipe.plan(&options.overrides)?;
    for path in &options.repo_files {
        let text = String::from_utf8_lossy(&read_local(path)?).into_owned();
        for config in RepoConfig::parse_file(&path.display().to_string(), &text)?.into_iter().filter(|c| c.enabled) {
            let url = |url: Option<&String>| url.cloned().map(RepoUrl::new);
            let repo = RepoPlan {
                baseurl: url(config.baseurls.first()),
                mirrorlist: url(config.mirrorlist.as_ref()),
                metalink: url(config.metalink.as_ref()),
                priority: config.priority,
                cost: config.cost,
                gpgcheck: config.gpgcheck,
                repo_gpgcheck: config.repo_gpgcheck,
                gpgkeys: config.gpgkeys,
                sslcacert: config.sslcacert,
                sslclientcert: config.sslclientcert,
                sslclientkey: config.sslclientkey,
                excludepkgs: config.excludepkgs,
                includepkgs: config.includepkgs,
                module_hotfixes: config.module_hotfixes,
                skip_if_unavailable: config.skip_if_unavailable,
                ..RepoPlan::new(config.id)
            };
            plans.iter_mut().for_each(|plan| plan.repos.push(repo.clone()));
        }
    }
    Ok(plans)
}

/// Repositories of `.repo` files: those that are enabled, or those that are not.
pub(super) fn from_files(
    session: &Session,
    files: &[PathBuf],
    variables: &Variables,
    enabled: bool,
) -> Result<Vec<Configured>, Error> {
    let mut out = Vec::new();
    for path in files {
        let text = String::from_utf8_lossy(&read_local(path)?).into_owned();
        for config in
            RepoConfig::parse_file(&path.display().to_string(), &text)?.iter().filter(|c| c.enabled == enabled)
        {
            let config = config.expanded(variables);
            let file = |name: &Option<String>| name.as_deref().map(PathBuf::from);
            let tls = [&config.sslcacert, &config.sslclientcert, &config.sslclientkey].map(file);
            let mut identity = identity(session, &config, tls, config.sslverify)?;
            if let Some(user) = &config.username {
                let password = config.password.clone().unwrap_or_else(|| Secret::new(String::new()));
                identity = identity.with_basic(user, password);
            }
            out.push(Configured::new(config, identity));
        }
    }
    Ok(out)
}

/// Repositories of `.repo` files that are not enabled. What is wrong with them is nobody's concern.
pub(super) fn dormant(session: &Session, files: &[PathBuf], variables: &Variables) -> Vec<Configured> {
    files
        .iter()
        .flat_map(|f| from_files(session, std::slice::from_ref(f), variables, false).unwrap_or_default())
        .collect()
}

/// The same of a recipe.
pub(super) fn dormant_of(session: &Session, recipe: &RecipeOptions, plan: &ArchPlan, base: &Base) -> Vec<Configured> {
    let releasever = plan.releasever.clone().or_else(|| releasever_of(base));
    dormant(session, &recipe.repo_files, &Variables::new(plan.arch, releasever.as_deref()))
}

/// One repository by URL, as `--repo ID=URL` of `resolve` gives it.
pub(super) fn by_url(session: &Session, id: &str, url: &str, variables: &Variables) -> Result<Configured, Error> {
    let config = RepoConfig::new(id, url).expanded(variables);
    let identity = session.identity_at(config.baseurls.first().map_or("", String::as_str))?;
    Ok(Configured::new(config, identity))
}

fn from_plan(
    session: &Session,
    directory: &Path,
    repo: &RepoPlan,
    variables: &Variables,
    pinned: bool,
    base: &Base,
) -> Result<Configured, Error> {
    if !repo.has_address() {
        return super::entitled::by_label(session, repo, variables, pinned, base);
    }
    let local = |name: &Option<String>| name.as_ref().map(|n| directory.join(n));
    let config = settings(repo, repo.baseurl.as_ref().map(RepoUrl::expose)).expanded(variables);
    let tls = [&repo.sslcacert, &repo.sslclientcert, &repo.sslclientkey].map(local);
    let identity = identity(session, &config, tls, true)?;
    Ok(Configured::new(config, identity))
}

/// A plan's repository, at this address if there is one.
pub(super) fn settings(repo: &RepoPlan, url: Option<&str>) -> RepoConfig {
    let list = |list: &Option<RepoUrl>| list.as_ref().map(|url| url.expose().to_owned());
    RepoConfig {
        baseurls: url.into_iter().map(str::to_owned).collect(),
        mirrorlist: list(&repo.mirrorlist),
        metalink: list(&repo.metalink),
        priority: repo.priority,
        cost: repo.cost,
        gpgcheck: repo.gpgcheck,
        repo_gpgcheck: repo.repo_gpgcheck,
        gpgkeys: repo.gpgkeys.clone(),
        excludepkgs: repo.excludepkgs.clone(),
        includepkgs: repo.includepkgs.clone(),
        module_hotfixes: repo.module_hotfixes,
        skip_if_unavailable: repo.skip_if_unavailable,
        ..RepoConfig::new(repo.id.clone(), "")
    }
}

/// CA, certificate and key by file; without a certificate the session's is used.
fn identity(
    session: &Session,
    config: &RepoConfig,
    [ca, cert, key]: [Option<PathBuf>; 3],
    verify: bool,
) -> Result<Identity, Error> {
    let mut identity = match &cert {
        None => session.identity_at(config.homes().next().unwrap_or_default())?,
        Some(cert) => {
            let pem = read_local(cert)?;
            let key_pem = key.as_deref().map(read_local).transpose()?.map(Secret::new);
            let key_name = key.as_ref().map(|k| k.display().to_string());
            let key = key_name.as_deref().zip(key_pem.as_ref());
            Identity::anonymous()
                .with_certificate(ClientCertificate::from_pem((&cert.display().to_string(), &pem), key)?)
        }
    };
    if let Some(ca) = ca {
        identity = identity.with_authorities(&ca.display().to_string(), &read_local(&ca)?)?;
    }
    Ok(if verify { identity } else { identity.insecure() })
}

/// What provides the version of a system, in the order in which dnf looks for it (`dnf.const.DISTROVERPKG`).
const RELEASES: [&str; 6] = [
    "system-release(releasever)",
    "system-release",
    "distribution-release(releasever)",
    "distribution-release",
    "redhat-release",
    "suse-release",
];

/// `$releasever` as dnf finds it: what provides `system-release(releasever)` and the like in the base says it, by the
/// provide's own version where it has one, else by its own.
pub(super) fn releasever_of(base: &Base) -> Option<String> {
    use crate::formats::rpm::Relation;
    /// RPMSENSE_EQUAL, with neither LESS nor GREATER.
    const SENSE: u32 = 0xe;
    const EQUAL: u32 = 8;
    let database = base.database.as_ref()?;
    let provides = |p: &crate::rpmdb::Installed| p.header.dependencies(Relation::Provides).unwrap_or_default();
    RELEASES.iter().find_map(|wanted| {
        database.named().find_map(|(package, nevra)| {
            let provide = provides(package).into_iter().find(|d| d.name == *wanted)?;
            let exact = provide.flags & SENSE == EQUAL && wanted.ends_with(')');
            let version = provide.evr.split_once('-').map_or(provide.evr.as_str(), |(version, _)| version);
            Some(if exact && !version.is_empty() { version.to_owned() } else { nevra.evr.version })
        })
    })
}
