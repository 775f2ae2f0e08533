//! A recipe with everything expanded, for one architecture: plain data for the pipeline.

use std::{collections::BTreeMap, fmt};

use serde::{Serialize, Serializer};

use crate::terms::{Arch, Digest, RootPath, stripped};

use super::Template;

/// One architecture's effective recipe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ArchPlan {
    /// What is built for.
    pub arch: Arch,
    /// What is built on.
    pub base: Base,
    /// VERSION-RELEASE of the kernel the recipe is about, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernel: Option<String>,
    /// What `$releasever` in repository URLs becomes, if the recipe says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub releasever: Option<String>,
    /// Every variable.
    pub vars: BTreeMap<String, String>,
    /// Names and configuration.
    pub image: ImagePlan,
    /// What to install.
    pub packages: PackagePlan,
    /// Repositories that are enabled and meant for this architecture, in the recipe's order.
    pub repos: Vec<RepoPlan>,
    /// Package layers in stacking order; never empty.
    pub layers: Vec<LayerPlan>,
    /// Groups to create.
    pub groups: Vec<GroupPlan>,
    /// Users to create, after groups.
    pub users: Vec<UserPlan>,
    /// Local directories to copy, before single files.
    pub trees: Vec<TreePlan>,
    /// Files to add.
    pub files: Vec<FilePlan>,
}

/// What an image is built on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// Nothing.
    None,
    /// An image, pinned.
    Image {
        /// Registry and name, without tag: `registry.example/ubi8/ubi`.
        repository: String,
        /// Of an index or of a manifest.
        digest: Digest,
    },
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Image { repository, digest } => write!(f, "{repository}@{digest}"),
        }
    }
}

impl Serialize for Base {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// Names and configuration of an image. What is none stays as the base has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImagePlan {
    /// Where `--push` publishes the index.
    pub tags: Vec<String>,
    /// User of containers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Working directory of containers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workdir: Option<String>,
    /// What containers execute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<Vec<String>>,
    /// Its default arguments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cmd: Option<Vec<String>>,
    /// Labels beside the base's; one that binds to nothing removes the base's.
    pub labels: BTreeMap<String, Template>,
    /// Annotations beside those every image gets.
    pub annotations: BTreeMap<String, Template>,
    /// Environment beside the base's.
    pub env: BTreeMap<String, Template>,
}

/// What to install.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PackagePlan {
    /// Specs that must be there.
    pub install: Vec<String>,
    /// Specs to take where they exist.
    pub r#try: Vec<String>,
    /// Compiler packages, at the version that built the kernel: the first required, the others where they exist.
    pub compiler_of_kernel: Vec<String>,
    /// Globs of packages never to take.
    pub exclude: Vec<String>,
    /// If any are given, globs of the only packages to see.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// Advisories whose packages the specs mean.
    #[serde(skip_serializing_if = "AdvisoryPlan::is_empty")]
    pub advisories: AdvisoryPlan,
    /// `NAME:STREAM[/PROFILE]` to enable, with profile: to install.
    pub modules: Vec<String>,
    /// The platform of modules, where it is not the base's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// Whether recommended packages come along.
    pub weak: bool,
    /// Whether documentation files are installed.
    pub docs: bool,
    /// Whether only the best version will do.
    pub best: bool,
    /// Whether all architectures get the same versions, where they exist.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub same_versions: bool,
    /// Languages whose files are installed; all when empty.
    pub langs: Vec<String>,
}

impl PackagePlan {
    /// Everything asked for, required or not, in the recipe's order: what a lock answers.
    pub fn request(&self) -> Vec<String> {
        let specs = [&self.install, &self.compiler_of_kernel, &self.r#try].into_iter().flatten().cloned();
        specs.chain(self.advisories.flags()).collect()
    }
}

/// Advisories: those that any of these names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AdvisoryPlan {
    /// By id.
    pub ids: Vec<String>,
    /// By type.
    pub types: Vec<String>,
    /// By CVE fixed.
    pub cves: Vec<String>,
    /// By bug fixed.
    pub bugzillas: Vec<String>,
    /// By severity.
    pub severities: Vec<String>,
}

impl AdvisoryPlan {
    /// Whether there is no limit.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// With more of everything.
    pub fn and(&self, more: &Self) -> Self {
        let both = |a: &[String], b: &[String]| a.iter().chain(b).cloned().collect();
        Self {
            ids: both(&self.ids, &more.ids),
            types: both(&self.types, &more.types),
            cves: both(&self.cves, &more.cves),
            bugzillas: both(&self.bugzillas, &more.bugzillas),
            severities: both(&self.severities, &more.severities),
        }
    }

    /// As the command line says it: how a lock's request shows it.
    fn flags(&self) -> impl Iterator<Item = String> + '_ {
        let named = |flag: &'static str, values: &'_ [String]| -> Vec<String> {
            values.iter().map(|v| format!("{flag}={v}")).collect()
        };
        let types = self.types.iter().map(|t| format!("--{t}"));
        let rest = [
            named("--advisory", &self.ids),
            named("--cve", &self.cves),
            named("--bz", &self.bugzillas),
            named("--sec-severity", &self.severities),
        ];
        types.chain(rest.into_iter().flatten())
    }
}

/// A URL that may carry credentials: shown and serialised without them.
#[derive(Clone, PartialEq, Eq)]
pub struct RepoUrl(String);

impl RepoUrl {
    /// Takes a URL as written.
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// With credentials, for the request alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RepoUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&stripped(&self.0))
    }
}

impl fmt::Debug for RepoUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&stripped(&self.0), f)
    }
}

impl Serialize for RepoUrl {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// A repository, by URL or by content label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RepoPlan {
    /// Its name in lock and messages; the label where there is no other.
    pub id: String,
    /// The content label through which the entitlement certificate gives URL, key and CA.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Where it is; `$releasever`, `$basearch` and `$arch` still stand. None: the label tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseurl: Option<RepoUrl>,
    /// A list of its mirrors.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "list")]
    pub mirrorlist: Option<RepoUrl>,
    /// Its metalink.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "list")]
    pub metalink: Option<RepoUrl>,
    /// Lower wins whatever the versions.
    pub priority: i32,
    /// Lower wins between equal packages.
    pub cost: u32,
    /// Whether signatures are required.
    pub gpgcheck: bool,
    /// Whether the repository's own signature is required.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub repo_gpgcheck: bool,
    /// Files (relative to the recipe), URLs or armoured text.
    pub gpgkeys: Vec<String>,
    /// CA file, relative to the recipe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sslcacert: Option<String>,
    /// Client certificate file, relative to the recipe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sslclientcert: Option<String>,
    /// Client key file, relative to the recipe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sslclientkey: Option<String>,
    /// Globs of packages to ignore here.
    pub excludepkgs: Vec<String>,
    /// Globs of the only packages to see here; all when empty.
    pub includepkgs: Vec<String>,
    /// Exempt from module filtering.
    pub module_hotfixes: bool,
    /// Go on without it.
    pub skip_if_unavailable: bool,
}

impl RepoPlan {
    /// A repository with dnf's defaults, but for signatures, which are required, and without an address.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            label: None,
            baseurl: None,
            mirrorlist: None,
            metalink: None,
            priority: 99,
            cost: 1000,
            gpgcheck: true,
            repo_gpgcheck: false,
            gpgkeys: vec![],
            sslcacert: None,
            sslclientcert: None,
            sslclientkey: None,
            excludepkgs: vec![],
            includepkgs: vec![],
            module_hotfixes: false,
            skip_if_unavailable: false,
        }
    }

    /// Whether it says where it is; else its label does.
    pub fn has_address(&self) -> bool {
        [&self.baseurl, &self.mirrorlist, &self.metalink].into_iter().any(Option::is_some)
    }
}

/// A layer and what goes into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LayerPlan {
    /// Unique.
    pub name: String,
    /// Globs of package names.
    pub packages: Vec<String>,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupPlan {
    /// Its name.
    pub name: String,
    /// Its number.
    pub gid: u32,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UserPlan {
    /// Its name.
    pub name: String,
    /// Its number.
    pub uid: u32,
    /// Its primary group; created under the user's name where no group has this number.
    pub gid: u32,
    /// Supplementary groups.
    pub groups: Vec<String>,
    /// Home directory to create; none: `/` is its home.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "maybe_path")]
    pub home: Option<RootPath>,
    /// Login shell.
    pub shell: String,
    /// GECOS.
    pub comment: String,
}

/// A file to add.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FilePlan {
    /// Where.
    #[serde(serialize_with = "path")]
    pub path: RootPath,
    /// What.
    #[serde(flatten)]
    pub content: Content,
    /// Permission bits, 07777 at most; shown in octal.
    #[serde(serialize_with = "octal")]
    pub mode: u16,
    /// Owner's name.
    pub user: String,
    /// Group's name.
    pub group: String,
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Content {
    /// Text of the recipe.
    Content(Template),
    /// A local file, as the recipe spells it, relative to [`Recipe::directory`](super::Recipe::directory).
    Source(String),
}

/// A local directory to copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TreePlan {
    /// As the recipe spells it, relative to [`Recipe::directory`](super::Recipe::directory).
    pub from: String,
    /// Where its contents go.
    #[serde(serialize_with = "path")]
    pub to: RootPath,
    /// Owner's name.
    pub user: String,
    /// Group's name.
    pub group: String,
}

/// A list's query says which list (`repo=…&arch=…`), so it counts; it may hold a token, so it is not shown.
fn list<S: Serializer>(url: &Option<RepoUrl>, s: S) -> Result<S::Ok, S::Error> {
    match url {
        None => s.serialize_none(),
        Some(url) => match url.expose().split_once('?') {
            None => s.collect_str(url),
            Some((_, query)) => s.collect_str(&format_args!("{url}?{}", Digest::of(query.as_bytes()))),
        },
    }
}

fn path<S: Serializer>(path: &RootPath, s: S) -> Result<S::Ok, S::Error> {
    s.collect_str(path)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn octal<S: Serializer>(mode: &u16, s: S) -> Result<S::Ok, S::Error> {
    s.collect_str(&format_args!("{mode:04o}"))
}

fn maybe_path<S: Serializer>(path: &Option<RootPath>, s: S) -> Result<S::Ok, S::Error> {
    match path {
        Some(path) => s.collect_str(path),
        None => s.serialize_none(),
    }
}

impl ArchPlan {
    /// The digest that locks record: of all that decides the image. Left out is what only says how to get at things or
    /// where the image goes: variables (they are expanded), tags, certificates and key files.
    pub fn digest(&self) -> Digest {
        let mut plan = self.clone();
        plan.vars.clear();
        plan.image.tags.clear();
        for repo in &mut plan.repos {
            (repo.sslcacert, repo.sslclientcert, repo.sslclientkey) = (None, None, None);
        }
        let text = serde_json::to_vec(&plan).expect("a plan has string keys only");
        Digest::of(&text)
    }

    /// Local files and directories whose content decides the image, as the recipe spells them.
    pub fn local_inputs(&self) -> Vec<&str> {
        let files = self.files.iter().filter_map(|f| match &f.content {
            Content::Source(path) => Some(path.as_str()),
            Content::Content(_) => None,
        });
        self.trees.iter().map(|t| t.from.as_str()).chain(files).collect()
    }
}
