//! Whatever ends a command, each stage's own error kept whole.

use std::{io, path::PathBuf};

use crate::{
    effects::{EffectError, TransactionError},
    fetch::FetchError,
    formats::{
        oci::{DocumentError, InvalidReference},
        openpgp::KeyError,
        rpm::HeaderError,
    },
    layers::PackError,
    layout, lock, net, recipe, registry, repos, rhsm,
    rootfs::{install::InstallError, overlay::OverlayError},
    rpmdb, solve, store,
    terms::{Arch, Class, Fault, Nevra, is_full},
};

/// Why a command ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "transparent variants are what they hold")]
pub enum Error {
    #[error(transparent)]
    Recipe(#[from] recipe::Error),
    #[error(transparent)]
    Lock(#[from] lock::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Net(#[from] net::Error),
    #[error(transparent)]
    Identity(#[from] net::IdentityError),
    #[error(transparent)]
    Registry(#[from] registry::Error),
    #[error(transparent)]
    AuthFile(#[from] registry::AuthFileError),
    #[error(transparent)]
    Policy(#[from] registry::policy::PolicyError),
    #[error(transparent)]
    Layout(#[from] layout::Error),
    #[error(transparent)]
    Reference(#[from] InvalidReference),
    #[error(transparent)]
    Document(#[from] DocumentError),
    #[error(transparent)]
    Repos(#[from] repos::Error),
    #[error(transparent)]
    RepoFile(#[from] repos::ConfigError),
    #[error(transparent)]
    Solve(#[from] solve::Error),
    /// A saved problem that cannot be used.
    #[error("reading the problem {}", path.display())]
    Problem {
        /// The file.
        path: PathBuf,
        /// Why.
        source: solve::ProblemError,
    },
    #[error(transparent)]
    Streams(#[from] solve::streams::StreamError),
    /// An `@…` that is neither module nor group.
    #[error("no repository has a module or group {spec}")]
    NoGroup {
        /// As written.
        spec: String,
        /// Ids of the groups there are.
        groups: Vec<String>,
    },
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Install(#[from] InstallError),
    #[error(transparent)]
    Effect(#[from] EffectError),
    #[error(transparent)]
    Transaction(#[from] TransactionError),
    #[error(transparent)]
    Pack(#[from] PackError),
    #[error(transparent)]
    Entitlement(#[from] rhsm::Error),
    #[error(transparent)]
    Service(#[from] rhsm::ServiceError),
    /// Something went wrong, and so did unregistering.
    #[error("{error}")]
    AndLeft {
        /// What ended the command; its sources are its own.
        error: Box<Error>,
        /// The consumer that is left.
        left: Box<rhsm::ServiceError>,
    },
    /// A header that rpm would not take either.
    #[error("reading the header of {package}")]
    Header {
        /// The package.
        package: Nevra,
        /// Why.
        source: HeaderError,
    },
    /// The base's layers do not make a tree.
    #[error("reading layer {number} of the base image {image}")]
    BaseLayer {
        /// Counted from 1.
        number: usize,
        /// The image.
        image: String,
        /// Why.
        source: OverlayError,
    },
    /// A base layer's bytes are not what its config promises.
    #[error("layer {number} of the base image {image} unpacks to {actual}, and its config says {expected}")]
    BaseDiffId {
        /// Counted from 1.
        number: usize,
        /// The image.
        image: String,
        /// What the config says.
        expected: String,
        /// What came.
        actual: String,
    },
    /// The base image does not exist for an architecture.
    #[error("the base image {image} has no image for {arch}; it has {platforms}")]
    NoPlatform {
        /// The image.
        image: String,
        /// The architecture.
        arch: Arch,
        /// What there is.
        platforms: String,
    },
    /// The manifest and the config of an image do not belong together.
    #[error("the image {image} has {layers} layers in its manifest and {diff_ids} in its config")]
    LayerCount {
        /// The image.
        image: String,
        /// In the manifest.
        layers: usize,
        /// In the config.
        diff_ids: usize,
    },
    /// The image's package database.
    #[error("the package database {path} of {image}")]
    Rpmdb {
        /// Where it is in the image.
        path: String,
        /// Which image.
        image: String,
        /// Why.
        source: rpmdb::Error,
    },
    /// A local file the user named.
    #[error("reading {path}")]
    Local {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A local file drydock was to write.
    #[error("writing {path}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A key file that gives no keys.
    #[error("reading the key {name}")]
    Key {
        /// File or URL.
        name: String,
        /// Why.
        source: KeyError,
    },
    /// Packages have to be signed, and no key was given.
    #[error("packages of {repo} have to be signed, and there is no key to check them with")]
    NoKeys {
        /// The repository.
        repo: String,
    },
    /// No repository at all.
    #[error("no repository is configured for {arch}")]
    NoRepositories {
        /// The architecture.
        arch: Arch,
    },
    /// A local path where an image's name is expected.
    #[error("{} is a local path, and an image's name without transport means one in a registry", path.display())]
    Transport {
        /// The path.
        path: PathBuf,
    },
    /// Nothing to push to.
    #[error("--push needs a tag to push to")]
    NoTags,
    /// Scriptlets that did not do all they were to do, under `--strict-scriptlets`.
    #[error("of the scriptlets for {arch}, {} did not do all of their work:\n{}", complaints.len(), complaints.join("\n"))]
    Scriptlets {
        /// The architecture.
        arch: Arch,
        /// Each in a sentence.
        complaints: Vec<String>,
    },
    /// No thread could be started.
    #[error("starting worker threads")]
    Threads(#[source] io::Error),
}

impl Error {
    /// The same, with a consumer that could not be unregistered.
    pub(super) fn and_left(self, left: rhsm::ServiceError) -> Self {
        Self::AndLeft { error: Box::new(self), left: Box::new(left) }
    }

    fn inner(&self) -> Option<&dyn Fault> {
        Some(match self {
            Self::Recipe(e) => e,
            Self::Lock(e) => e,
            Self::Store(e) => e,
            Self::Net(e) => e,
            Self::Identity(e) => e,
            Self::Registry(e) => e,
            Self::AuthFile(e) => e,
            Self::Policy(e) => e,
            Self::Layout(e) => e,
            Self::Reference(e) => e,
            Self::Document(e) => e,
            Self::Repos(e) => e,
            Self::RepoFile(e) => e,
            Self::Solve(e) => e,
            Self::Streams(e) => e,
            Self::Fetch(e) => e,
            Self::Install(e) => e,
            Self::Effect(e) => e,
            Self::Transaction(e) => e,
            Self::Pack(e) => e,
            Self::Entitlement(e) => e,
            Self::Service(e) => e,
            Self::AndLeft { error, .. } => error.as_ref(),
            Self::Key { source, .. } => source,
            Self::Problem { source, .. } => source,
            _ => return None,
        })
    }
}

impl Fault for Error {
    fn class(&self) -> Class {
        match self {
            Self::Header { .. } | Self::BaseLayer { .. } | Self::BaseDiffId { .. } | Self::LayerCount { .. } => {
                Class::Verification
            }
            Self::Rpmdb { .. } | Self::Scriptlets { .. } => Class::Verification,
            Self::NoPlatform { .. } | Self::Local { .. } | Self::NoKeys { .. } => Class::Usage,
            Self::NoRepositories { .. } | Self::NoTags | Self::Transport { .. } => Class::Usage,
            Self::Write { source, .. } => match source.kind() {
                kind if is_full(kind) => Class::Internal,
                _ => Class::Usage,
            },
            Self::NoGroup { .. } => Class::Unsatisfiable,
            Self::Threads(_) => Class::Internal,
            other => other.inner().map_or(Class::Internal, Fault::class),
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoGroup { groups, .. } if groups.is_empty() => "no repository has groups".to_owned(),
            Self::NoGroup { groups, .. } => {
                let some: Vec<&str> = groups.iter().take(20).map(String::as_str).collect();
                format!("groups are {}", some.join(", "))
            }
            Self::NoPlatform { .. } => "leave the architecture out with --arch, or take a base that has it".to_owned(),
            Self::NoKeys { repo } => {
                format!(
                    "pass --gpgkey FILE, or write gpgkeys = [\"…\"] into the recipe's repository {repo}; --no-gpgcheck takes packages unchecked"
                )
            }
            Self::NoRepositories { .. } => {
                "name one with --repo ID=URL, --repo-file FILE.repo, or [[repos]] in the recipe".to_owned()
            }
            Self::Transport { path } if path.is_dir() => format!("write oci:{}", path.display()),
            Self::Transport { path } => format!("write oci-archive:{}", path.display()),
            Self::Scriptlets { .. } => "leave out --strict-scriptlets to take the image as it is".to_owned(),
            Self::AndLeft { error, left } => {
                let hints = [error.hint(), Some(left.to_string()), left.hint()];
                hints.into_iter().flatten().collect::<Vec<_>>().join("; ")
            }
            Self::NoTags => "add --tag REGISTRY/NAME:TAG, or tags = […] to the recipe's [image]".to_owned(),
            Self::Write { source, .. } if is_full(source.kind()) => {
                "make room and run it again: what was fetched is kept".to_owned()
            }
            other => return other.inner().and_then(Fault::hint),
        })
    }
}

const _: fn() = || {
    fn sendable<T: Send + Sync + 'static>() {}
    sendable::<Error>();
};
