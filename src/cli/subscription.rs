//! Flags about Red Hat subscriptions: certificates there are, and a consumer to register.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::{
    pipeline::options::{Entitlement, RegistrationOptions},
    rhsm::Credentials,
    terms::Secret,
};

use super::{Environment, Error, Failure};

/// Flags about entitled content.
#[derive(Debug, Args)]
#[command(next_help_heading = "Subscription")]
pub(super) struct RhsmArgs {
    /// Client certificates: a directory as /etc/pki/entitlement, or a certificate and its key (again and again) [default: those
    /// of the host, or what podman mounts into a container of a subscribed host]
    #[arg(long, value_name = "DIR|CERT.pem[,KEY.pem]")]
    entitlement: Vec<PathBuf>,
    /// Where content labels lead: Red Hat's network, or a Satellite that stands in for it [default: rhsm.conf's baseurl, else
    /// https://cdn.redhat.com]
    #[arg(long, value_name = "URL")]
    pub(super) cdn: Option<String>,
    /// Look for certificates and rhsm.conf below this directory: where a host's root is mounted
    #[arg(long, value_name = "DIR", default_value = "/")]
    pub(super) host_root: PathBuf,
}

impl RhsmArgs {
    /// The certificates named.
    pub(super) fn certificates(&self) -> Vec<Entitlement> {
        self.entitlement.iter().map(|path| entitlement(path)).collect()
    }
}

/// Flags about registering.
#[derive(Debug, Args)]
#[command(next_help_heading = "Subscription")]
pub(super) struct RegistrationArgs {
    /// Register a consumer of this organisation for as long as the command runs [default: $DRYDOCK_RHSM_ORG]
    #[arg(long, value_name = "ORG", conflicts_with = "entitlement")]
    rhsm_org: Option<String>,
    /// A file with the activation key, or with several, one a line [default: the key in $DRYDOCK_RHSM_ACTIVATION_KEY]. The key
    /// itself does not belong on a command line
    #[arg(long, value_name = "FILE")]
    rhsm_activation_key: Option<PathBuf>,
    /// The subscription service [default: rhsm.conf's, else https://subscription.rhsm.redhat.com/subscription]
    #[arg(long, value_name = "URL")]
    pub(super) rhsm_server: Option<String>,
}

impl RegistrationArgs {
    /// Whom to register, if anybody is to be.
    pub(super) fn options(&self, environment: &Environment) -> Result<Option<RegistrationOptions>, Failure> {
        let org = self.rhsm_org.clone().or_else(|| environment.rhsm_org());
        let keys = match &self.rhsm_activation_key {
            Some(file) => Some(activation_keys(file)?),
            None => environment.activation_keys(),
        };
        match (org, keys) {
            (Some(org), Some(keys)) if !keys.expose().is_empty() => Ok(Some(RegistrationOptions {
                credentials: Credentials { org, keys },
                name: environment.consumer_name(),
                machine: environment.machine(),
                interrupted: |signal| std::process::exit(128 + signal),
            })),
            (Some(_), _) if self.rhsm_org.is_some() => Err(Error::NoActivationKey.into()),
            (None, _) if self.rhsm_activation_key.is_some() => Err(Error::NoOrganisation.into()),
            _ => Ok(None),
        }
    }
}

/// The keys in a file. What names no file is perhaps a key: it is not repeated.
fn activation_keys(file: &Path) -> Result<Secret<Vec<String>>, Failure> {
    const LONGEST: usize = 64 << 10;
    let text =
        std::fs::read_to_string(file).ok().filter(|text| text.len() <= LONGEST).ok_or(Error::LiteralActivationKey)?;
    let keys = text.split(['\n', ',']).map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
    Ok(Secret::new(keys.collect()))
}

/// `DIR`, `CERT.pem` or `CERT.pem,KEY.pem`.
fn entitlement(path: &Path) -> Entitlement {
    if path.is_dir() {
        return Entitlement::Directory(path.to_owned());
    }
    match path.to_str().and_then(|p| p.split_once(',')) {
        Some((cert, key)) => Entitlement::Certificate { cert: cert.into(), key: Some(key.into()) },
        None => Entitlement::Certificate { cert: path.to_owned(), key: None },
    }
}
