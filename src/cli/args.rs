//! Flags that several verbs share, and the list of verbs.

use std::{num::NonZeroUsize, path::PathBuf};

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, builder::styling::Styles};

use crate::{
    formats::openpgp::CryptoPolicy,
    lock::DEFAULT_NAME as LOCK,
    pipeline::options::{RecipeOptions, SessionOptions},
    recipe::{AdvisoryPlan, Overrides, Recipe},
    terms::Arch,
};

use super::{
    Environment, Failure, build, cache, completions, demo, diff, inspect, lock, man, push, recipe, resolve, rhsm,
    subscription::{RegistrationArgs, RhsmArgs},
};

/// Container images out of RPM repositories, with no container engine.
#[derive(Debug, Parser)]
#[command(name = "drydock", version, max_term_width = 110, styles = Styles::plain())]
#[command(
    after_help = "Exit codes: 0 done, 1 internal fault (diff: they differ), 2 usage or recipe, 3 unsatisfiable, 4 verification failed, \
5 network, registry or credentials, 6 missing while offline."
)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: GlobalArgs,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Build a recipe's image for every architecture and send the index to its destinations
    Build(Box<build::BuildArgs>),
    /// Resolve a recipe and write drydock.lock
    Lock(Box<lock::LockArgs>),
    /// What would dnf install? Resolve specs against repositories
    Resolve(Box<resolve::ResolveArgs>),
    /// What is in an image: platforms, layers, labels, packages, scriptlets
    Inspect(inspect::InspectArgs),
    /// Compare two images: packages, files, config, annotations, layers
    Diff(diff::DiffArgs),
    /// Red Hat subscriptions: what the certificates grant
    Rhsm(rhsm::RhsmVerbs),
    /// Copy an image between registries, OCI layouts and archives
    Push(push::PushArgs),
    /// The store of downloaded and derived files
    Cache(cache::CacheArgs),
    /// Recipes: print the built-in one, the effective one, the schema
    Recipe(recipe::RecipeArgs),
    /// The whole trip in one process: made-up packages, repositories, registry; same digest on every machine
    Demo(demo::DemoArgs),
    /// Shell completions
    Completions(completions::CompletionsArgs),
    /// Manual pages
    Man(man::ManArgs),
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ProgressMode {
    /// Bars on a terminal, JSON lines elsewhere
    Auto,
    /// Bars
    Bar,
    /// One JSON object per line
    Json,
    /// Warnings alone
    None,
}

/// Flags every verb has.
#[derive(Debug, Args)]
pub(super) struct GlobalArgs {
    /// How results (stdout) and errors are written
    #[arg(long, global = true, value_enum, default_value = "text", help_heading = "Output")]
    pub(super) format: Format,
    /// How progress (stderr) is shown
    #[arg(long, global = true, value_enum, default_value = "auto", help_heading = "Output")]
    pub(super) progress: ProgressMode,
    /// Log what happens; twice: libraries too
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = "Output")]
    pub(super) verbose: u8,
    /// No progress, no notes: results and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Output")]
    pub(super) quiet: bool,
}

/// Flags of verbs that use the store and registries.
#[derive(Debug, Args)]
#[command(next_help_heading = "Session")]
pub(super) struct SessionArgs {
    /// The store's directory [default: $DRYDOCK_CACHE, $XDG_CACHE_HOME/drydock or ~/.cache/drydock]
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// Open no socket; what is missing is an error (exit code 6)
    #[arg(long)]
    offline: bool,
    /// Worker threads [default: the machine's]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Credentials for registries [default: $REGISTRY_AUTH_FILE, then Podman's and Docker's files]
    #[arg(long, value_name = "FILE")]
    authfile: Option<PathBuf>,
    /// Speak plain HTTP to this registry (again and again)
    #[arg(long, value_name = "HOST[:PORT]")]
    plain_http: Vec<String>,
    /// Trust these CA certificates too, a PEM file (again and again)
    #[arg(long, value_name = "FILE")]
    cacert: Vec<PathBuf>,
}

/// Flags of verbs that read RPM repositories.
#[derive(Debug, Args)]
#[command(next_help_heading = "Repositories")]
pub(super) struct RepositoryArgs {
    /// A repository; $basearch, $arch and $releasever are expanded. Gives a recipe's repository of that id its URL, or adds
    /// one; the recipe's repositories that have only a content label are then left out (again and again)
    #[arg(long = "repo", value_name = "ID=URL", value_parser = pair)]
    pub(super) repos: Vec<(String, String)>,
    /// Repositories from a .repo file (again and again)
    #[arg(long = "repo-file", value_name = "FILE.repo")]
    pub(super) repo_files: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) rhsm: RhsmArgs,
    #[command(flatten)]
    pub(super) registration: RegistrationArgs,
    /// Trust packages signed with this key (again and again)
    #[arg(long = "gpgkey", value_name = "FILE|URL")]
    gpgkeys: Vec<String>,
    /// Take a base image only if it is signed as this policy wants, a containers-policy.json(5) [default:
    /// ~/.config/containers/policy.json, else /etc/containers/policy.json, as podman]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Judge signatures by this crypto policy: DEFAULT, LEGACY, FUTURE or FIPS, perhaps with a subpolicy as in DEFAULT:SHA1
    /// [default: the base image's, else DEFAULT]
    #[arg(long, value_name = "POLICY", value_parser = crypto_policy)]
    crypto_policy: Option<String>,
    /// Take packages without checking their signatures
    #[arg(long)]
    no_gpgcheck: bool,
}

/// Flags about module streams.
#[derive(Debug, Args)]
#[command(next_help_heading = "Modules")]
pub(super) struct ModuleArgs {
    /// Enable a module stream, and install a profile of it if one is named (again and again)
    #[arg(long = "module", value_name = "NAME:STREAM[/PROFILE]")]
    pub(super) modules: Vec<String>,
    /// The platform that streams are built for, as platform:el8 [default: the base's]
    #[arg(long = "platform-id", value_name = "NAME:STREAM")]
    pub(super) platform: Option<String>,
}

/// Flags that limit specs to what advisories bring.
#[derive(Debug, Args)]
#[command(next_help_heading = "Advisories")]
pub(super) struct AdvisoryArgs {
    /// Specs mean the packages of this advisory alone, as with dnf install (again and again, and with the others below)
    #[arg(long = "advisory", alias = "advisories", value_name = "ID", value_delimiter = ',')]
    ids: Vec<String>,
    /// …of security advisories
    #[arg(long)]
    security: bool,
    /// …of bug fixes
    #[arg(long)]
    bugfix: bool,
    /// …of enhancements
    #[arg(long)]
    enhancement: bool,
    /// …of new packages
    #[arg(long)]
    newpackage: bool,
    /// …of what fixes this CVE (again and again)
    #[arg(long = "cve", alias = "cves", value_name = "CVE-…", value_delimiter = ',')]
    cves: Vec<String>,
    /// …of what fixes this bug of Bugzilla (again and again)
    #[arg(long = "bz", alias = "bzs", value_name = "NUMBER", value_delimiter = ',')]
    bugzillas: Vec<String>,
    /// …of this severity: Critical, Important, Moderate, Low (again and again)
    #[arg(long = "sec-severity", alias = "secseverity", value_name = "SEVERITY", value_delimiter = ',',
          value_parser = ["Critical", "Important", "Moderate", "Low"])]
    severities: Vec<String>,
}

impl AdvisoryArgs {
    /// Flags as a recipe says it.
    pub(super) fn plan(&self) -> AdvisoryPlan {
        let types = [
            (self.security, "security"),
            (self.bugfix, "bugfix"),
            (self.enhancement, "enhancement"),
            (self.newpackage, "newpackage"),
        ];
        AdvisoryPlan {
            ids: self.ids.clone(),
            types: types.into_iter().filter(|(given, _)| *given).map(|(_, word)| word.to_owned()).collect(),
            cves: self.cves.clone(),
            bugzillas: self.bugzillas.clone(),
            severities: self.severities.clone(),
        }
    }
}

/// Flags that say what to build.
#[derive(Debug, Args)]
#[command(next_help_heading = "Recipe")]
pub(super) struct RecipeChoice {
    /// A recipe file, or a built-in by name [default: drydock.toml, else the built-in driver-toolkit]
    #[arg(value_name = "RECIPE")]
    positional: Option<String>,
    /// The same, as a flag
    #[arg(long, value_name = "FILE|NAME", conflicts_with = "positional")]
    recipe: Option<String>,
    /// The kernel, VERSION-RELEASE without architecture; sets ${kernel}
    #[arg(long, value_name = "V-R")]
    kernel: Option<String>,
    /// RHEL's version; sets ${rhel} [default: from the kernel]
    #[arg(long, value_name = "VERSION")]
    rhel: Option<String>,
    /// The base image, by digest
    #[arg(long, value_name = "REF@sha256:…")]
    base: Option<String>,
    /// "none": build from nothing, without a base image
    #[arg(long, value_name = "none", value_parser = ["none"], conflicts_with = "base")]
    installroot_base: Option<String>,
    /// Set a variable (again and again)
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// Architectures, in place of the recipe's: x86_64, aarch64, ppc64le, s390x
    #[arg(long = "arch", value_name = "A,B", value_delimiter = ',')]
    arches: Vec<Arch>,
    /// Ask for the same versions on all architectures, where they exist
    #[arg(long)]
    same_versions: bool,
    #[command(flatten)]
    modules: ModuleArgs,
    #[command(flatten)]
    advisories: AdvisoryArgs,
}

/// Where the lock is.
#[derive(Debug, Args)]
#[command(next_help_heading = "Lock")]
pub(super) struct LockChoice {
    /// The lock file
    #[arg(long, value_name = "FILE", default_value = LOCK)]
    pub(super) lock: PathBuf,
}

/// A policy that is known, with any subpolicies.
fn crypto_policy(text: &str) -> Result<String, String> {
    let level = text.split(':').next().unwrap_or_default().to_ascii_uppercase();
    match CryptoPolicy::NAMES.contains(&level.as_str()) {
        true => Ok(text.to_owned()),
        false => Err(format!("expected one of {}", CryptoPolicy::NAMES.join(", "))),
    }
}

/// `KEY=VALUE` with a key.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected a name, =, and a value".into()),
    }
}

impl SessionArgs {
    /// Options for verbs without repositories.
    pub(super) fn options(&self, environment: &Environment) -> Result<SessionOptions, Failure> {
        Ok(SessionOptions {
            cache: environment.cache(self.cache.as_deref())?,
            offline: self.offline,
            jobs: self.jobs.unwrap_or_else(|| environment.jobs()),
            plain_http: self.plain_http.clone(),
            authfile: self.authfile.clone().or_else(|| environment.authfile()),
            authfile_candidates: environment.authfile_candidates(),
            entitlement: vec![],
            host_root: "/".into(),
            cdn: None,
            rhsm_server: None,
            policy: None,
            policy_candidates: environment.containers("policy.json"),
            registries_d: environment.containers("registries.d"),
            crypto_policy: None,
            registration: None,
            state: environment.state(self.cache.as_deref())?,
            now: environment.now(),
            cacerts: self.cacert.clone(),
            system_bundle: environment.system_bundle(),
            gpgkeys: vec![],
            no_gpgcheck: false,
            proxy: environment.proxy(),
            epoch: environment.epoch()?,
        })
    }

    /// Options for verbs with repositories.
    pub(super) fn with(&self, r: &RepositoryArgs, environment: &Environment) -> Result<SessionOptions, Failure> {
        Ok(SessionOptions {
            gpgkeys: r.gpgkeys.clone(),
            crypto_policy: r.crypto_policy.clone(),
            policy: r.policy.clone(),
            no_gpgcheck: r.no_gpgcheck,
            registration: match r.rhsm.certificates().is_empty() {
                true => r.registration.options(environment)?,
                false => None,
            },
            rhsm_server: r.registration.rhsm_server.clone(),
            ..self.entitled(&r.rhsm, environment)?
        })
    }

    /// Options for registering and unregistering.
    pub(super) fn registering(
        &self,
        r: &RegistrationArgs,
        rhsm: &RhsmArgs,
        environment: &Environment,
    ) -> Result<SessionOptions, Failure> {
        Ok(SessionOptions { rhsm_server: r.rhsm_server.clone(), ..self.entitled(rhsm, environment)? })
    }

    /// Options for verbs about subscriptions.
    pub(super) fn entitled(&self, r: &RhsmArgs, environment: &Environment) -> Result<SessionOptions, Failure> {
        Ok(SessionOptions {
            entitlement: r.certificates(),
            host_root: r.host_root.clone(),
            cdn: r.cdn.clone(),
            ..self.options(environment)?
        })
    }
}

impl RecipeChoice {
    /// Reads the recipe and gathers what flags change in it.
    pub(super) fn options(&self, repositories: &RepositoryArgs, tags: &[String]) -> Result<RecipeOptions, Failure> {
        let recipe = Recipe::find(self.positional.as_deref().or(self.recipe.as_deref()))?;
        Ok(RecipeOptions {
            recipe,
            overrides: Overrides {
                base: self.base.clone().or_else(|| self.installroot_base.clone()),
                arches: self.arches.clone(),
                kernel: self.kernel.clone(),
                rhel: self.rhel.clone(),
                set: self.set.iter().cloned().collect(),
                repos: repositories.repos.clone(),
                repo_files: !repositories.repo_files.is_empty(),
                tags: tags.to_vec(),
                modules: self.modules.modules.clone(),
                platform: self.modules.platform.clone(),
                same_versions: self.same_versions,
                advisories: self.advisories.plan(),
            },
            repo_files: repositories.repo_files.clone(),
        })
    }
}
