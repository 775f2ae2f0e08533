//! What a caller asks of the pipeline: plain data. The command line fills these in; so may any other program.

use std::{num::NonZeroUsize, path::PathBuf};

use crate::{
    lock::Compression,
    recipe::{AdvisoryPlan, Overrides, Recipe},
    terms::{Arch, Epoch, Secret},
};

/// What every command has in common: the places it may use and the trust it has.
#[derive(Clone, Debug)]
pub struct SessionOptions {
    /// The store's directory; made if need be.
    pub cache: PathBuf,
    /// Open no socket: what is missing is an error.
    pub offline: bool,
    /// Worker threads. Decides nothing but time.
    pub jobs: NonZeroUsize,
    /// Registry hosts, with port where they have one, spoken to without TLS.
    pub plain_http: Vec<String>,
    /// An auth file that must be there.
    pub authfile: Option<PathBuf>,
    /// Auth files to look into where none is demanded: those that exist, the first that knows the registry wins.
    pub authfile_candidates: Vec<PathBuf>,
    /// A signature policy for base images that must be there (containers-policy.json(5)).
    pub policy: Option<PathBuf>,
    /// Signature policies where none is named: the first that exists counts.
    pub policy_candidates: Vec<PathBuf>,
    /// Directories that say where signatures are (containers-registries.d(5)): the first that exists counts.
    pub registries_d: Vec<PathBuf>,
    /// Client certificates for repositories.
    pub entitlement: Vec<Entitlement>,
    /// Where entitlement certificates are looked for when none is named and a content label needs one: the host's root.
    pub host_root: PathBuf,
    /// Where content paths of entitlement certificates begin; none: as `rhsm.conf` below `host_root` says, else Red Hat's
    /// network.
    pub cdn: Option<String>,
    /// The subscription service; none: as `rhsm.conf` below `host_root` says, else Red Hat's.
    pub rhsm_server: Option<String>,
    /// A consumer to register for this command, where entitled content is wanted.
    pub registration: Option<RegistrationOptions>,
    /// Where is kept what outlives a run, and a cache that is thrown away: registrations not yet ended.
    pub state: PathBuf,
    /// Seconds since 1970, by which certificates are judged. It reaches no output.
    pub now: u64,
    /// CA certificates to trust beside the system's, PEM files.
    pub cacerts: Vec<PathBuf>,
    /// A bundle in place of the system's CA certificates (`SSL_CERT_FILE`).
    pub system_bundle: Option<PathBuf>,
    /// Keys to trust for packages of every repository: files or URLs.
    pub gpgkeys: Vec<String>,
    /// The crypto policy signatures are judged by, `DEFAULT`, `LEGACY`, `FUTURE` or `FIPS`, perhaps with subpolicies; none: the
    /// base image's.
    pub crypto_policy: Option<String>,
    /// Take packages without checking signatures. Provenance says so.
    pub no_gpgcheck: bool,
    /// Proxies from the environment.
    pub proxy: ProxyOptions,
    /// `SOURCE_DATE_EPOCH`: in place of the lock's epoch.
    pub epoch: Option<Epoch>,
}

/// A consumer to register.
#[derive(Clone, Debug)]
pub struct RegistrationOptions {
    /// Organisation and activation keys.
    pub credentials: crate::rhsm::Credentials,
    /// The consumer's name, of which there is no other.
    pub name: String,
    /// What `uname -m` says here.
    pub machine: String,
    /// Ends the process after a signal of this number, when the consumer is unregistered.
    pub interrupted: fn(i32),
}

/// Where a client certificate is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entitlement {
    /// A directory of `SERIAL.pem` and `SERIAL-key.pem`, as /etc/pki/entitlement.
    Directory(PathBuf),
    /// A certificate, its key in the same file or in another.
    Certificate {
        /// PEM.
        cert: PathBuf,
        /// PEM; none: in `cert`.
        key: Option<PathBuf>,
    },
}

/// Proxies by scheme; their URLs may hold passwords.
#[derive(Clone, Debug, Default)]
pub struct ProxyOptions {
    /// For http URLs.
    pub http: Option<Secret<String>>,
    /// For https URLs.
    pub https: Option<Secret<String>>,
    /// Where the one above isn't set.
    pub all: Option<Secret<String>>,
    /// Hosts reached without any, separated by commas.
    pub no_proxy: Option<String>,
}

/// A recipe with what the command line adds.
#[derive(Clone, Debug)]
pub struct RecipeOptions {
    /// Read and checked.
    pub recipe: Recipe,
    /// What flags change in it.
    pub overrides: Overrides,
    /// `.repo` files whose enabled repositories are used too.
    pub repo_files: Vec<PathBuf>,
}

/// `drydock build`.
#[derive(Clone, Debug)]
pub struct BuildOptions {
    /// Common part.
    pub session: SessionOptions,
    /// What to build.
    pub recipe: RecipeOptions,
    /// The lock file.
    pub lock: PathBuf,
    /// Build what the lock says and nothing else; otherwise a stale or missing lock is written anew.
    pub locked: bool,
    /// Compression of new layers; the lock's or the default when none.
    pub compression: Option<Compression>,
    /// Whether scriptlets and triggers of packages run.
    pub scriptlets: bool,
    /// Whether one that fails, is stopped or calls what drydock does not know ends the build.
    pub strict_scriptlets: bool,
    /// Where the result goes, all of them; may be empty (the build is still made and checked).
    pub destinations: Vec<Destination>,
    /// Do nothing where every tag exists already.
    pub if_missing: bool,
}

/// A place for a finished index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Each of the recipe's tags (or `--tag`) in its registry.
    Tags,
    /// An OCI layout directory; replaced whole.
    Layout(PathBuf),
    /// An OCI layout in a tar file; replaced whole.
    Archive(PathBuf),
}

/// `drydock lock`.
#[derive(Clone, Debug)]
pub struct LockOptions {
    /// Common part.
    pub session: SessionOptions,
    /// What to lock.
    pub recipe: RecipeOptions,
    /// Where the lock goes.
    pub lock: PathBuf,
    /// Compression to promise.
    pub compression: Option<Compression>,
}

/// `drydock resolve`.
#[derive(Clone, Debug)]
pub struct ResolveOptions {
    /// Common part.
    pub session: SessionOptions,
    /// What to install.
    pub specs: Vec<String>,
    /// Repositories as ID and URL.
    pub repos: Vec<(String, String)>,
    /// `.repo` files.
    pub repo_files: Vec<PathBuf>,
    /// For which architectures; at least one.
    pub arches: Vec<Arch>,
    /// What counts as installed.
    pub installed: Installed,
    /// Globs of packages never to take.
    pub exclude: Vec<String>,
    /// If any are given, globs of the only packages to see.
    pub include: Vec<String>,
    /// Advisories whose packages the specs mean.
    pub advisories: AdvisoryPlan,
    /// Recommended packages come along.
    pub weak: bool,
    /// Only the best version will do.
    pub best: bool,
    /// `$releasever`.
    pub releasever: Option<String>,
    /// Module streams to enable, `NAME:STREAM[/PROFILE]`.
    pub modules: Vec<String>,
    /// The platform of modules, `platform:el8`.
    pub platform: Option<String>,
    /// Ask for equal versions on all architectures.
    pub same_versions: bool,
    /// Packages to account for: names, full names, any spec.
    pub why: Vec<String>,
    /// Write the problem to this file.
    pub save_problem: Option<PathBuf>,
    /// Solve the problem in this file, in place of asking repositories.
    pub problem: Option<PathBuf>,
}

/// What a resolution starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Installed {
    /// Nothing.
    Nothing,
    /// The packages of an image (`REGISTRY/NAME@sha256:…`, or any image reference).
    Image(String),
    /// Every package of a repository, by URL.
    Repository(String),
}

/// `drydock rhsm repos`.
#[derive(Clone, Debug)]
pub struct RhsmReposOptions {
    /// Common part.
    pub session: SessionOptions,
    /// Repositories for this architecture only.
    pub arch: Option<Arch>,
    /// Only those that are enabled, or only those that are not.
    pub enabled: Option<bool>,
}

/// `drydock push`.
#[derive(Clone, Debug)]
pub struct PushOptions {
    /// Common part.
    pub session: SessionOptions,
    /// `REF`, `docker://REF`, `oci:DIR[:TAG]`, `oci-archive:FILE[:TAG]`.
    pub from: String,
    /// As `from`.
    pub to: String,
}

/// `drydock inspect`.
#[derive(Clone, Debug)]
pub struct InspectOptions {
    /// Common part.
    pub session: SessionOptions,
    /// `REF`, `docker://REF`, `oci:DIR[:TAG]`, `oci-archive:FILE[:TAG]`.
    pub image: String,
    /// Of an index, these only; all when empty.
    pub arches: Vec<Arch>,
    /// List the packages in the image's rpmdb (its layers are read for that).
    pub packages: bool,
    /// List those packages' scriptlets and triggers (likewise).
    pub scriptlets: bool,
}

/// `drydock diff`.
#[derive(Clone, Debug)]
pub struct DiffOptions {
    /// Common part.
    pub session: SessionOptions,
    /// The first image: `REF`, `docker://REF`, `oci:DIR[:TAG]`, `oci-archive:FILE[:TAG]`.
    pub a: String,
    /// The second.
    pub b: String,
    /// These architectures only; all that one of the images has when empty.
    pub arches: Vec<Arch>,
    /// What to compare; everything when empty.
    pub sections: Vec<Section>,
    /// Compare times as well: of files, of the config.
    pub times: bool,
}

/// A part of an image that can be compared by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Packages of the rpmdb.
    Packages,
    /// Files.
    Files,
    /// What the config says beside its layers.
    Config,
    /// Annotations of index and manifest.
    Annotations,
    /// Layers as stored.
    Layers,
}

/// `drydock demo`.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// Where the OCI layout goes.
    pub directory: PathBuf,
    /// Worker threads.
    pub jobs: NonZeroUsize,
}

/// `drydock cache`.
#[derive(Clone, Debug)]
pub struct CacheOptions {
    /// The store's directory.
    pub cache: PathBuf,
    /// For `gc`: keep what these locks name.
    pub keep: Vec<PathBuf>,
}
