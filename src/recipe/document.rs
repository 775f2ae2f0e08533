//! The recipe's keys: the structs that serde reads, that `recipe schema` describes and that unknown keys are measured
//! against. Doc comments become the schema's descriptions.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::terms::Arch;

/// A drydock recipe. In every string, `${name}` is replaced by a variable; `$${` stands for `${`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "drydock recipe")]
pub struct Document {
    /// The image's base, names and configuration.
    pub image: ImageSection,
    /// Variables. One that is declared empty may be absent: `try` entries that use it are dropped.
    pub vars: BTreeMap<String, String>,
    /// RPM repositories, in any number.
    pub repos: Vec<RepoSection>,
    /// What to install.
    pub packages: PackagesSection,
    /// The layer plan, in stacking order; a package goes to the last rule that matches it, else to the last layer.
    pub layers: Vec<LayerSection>,
    /// Groups to create, before users.
    pub groups: Vec<GroupSection>,
    /// Users to create.
    pub users: Vec<UserSection>,
    /// Single files to add.
    pub files: Vec<FileSection>,
    /// Local directories to add.
    pub trees: Vec<TreeSection>,
}

/// The image's base, names and configuration.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ImageSection {
    /// The image below, REGISTRY/NAME@sha256:…, or "none".
    pub base: Option<String>,
    /// Architectures to build, by their RPM names.
    pub arches: Vec<Arch>,
    /// References under which `--push` publishes the index.
    pub tags: Vec<String>,
    /// The user containers run as; the base's when not given.
    pub user: Option<String>,
    /// The directory containers start in; the base's when not given.
    pub workdir: Option<String>,
    /// Labels of the image configuration; an empty value removes a label of the base.
    pub labels: BTreeMap<String, String>,
    /// Annotations of manifests and index.
    pub annotations: BTreeMap<String, String>,
    /// Environment variables, beside the base's.
    pub env: BTreeMap<String, String>,
    /// What containers execute; the base's when not given.
    pub entrypoint: Option<Vec<String>>,
    /// Its default arguments; the base's when not given.
    pub cmd: Option<Vec<String>>,
}

/// An RPM repository: by content label (URL, key and CA come from the entitlement certificate) or by id and baseurl, mirrorlist or
/// metalink.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RepoSection {
    /// A content label such as rhel-8-for-x86_64-baseos-rpms; it is also the id.
    pub label: Option<String>,
    /// The repository's name in locks and messages.
    pub id: Option<String>,
    /// Where repodata/ lies: http, https or file. $releasever, $basearch and $arch are expanded.
    pub baseurl: Option<String>,
    /// A list of base URLs, one a line: tried in turn, before baseurl.
    pub mirrorlist: Option<String>,
    /// A metalink of the repository: its mirrors by preference, and what its repomd.xml must be.
    pub metalink: Option<String>,
    /// Lower wins over higher, whatever the versions: 99 unless given.
    pub priority: Option<i32>,
    /// Lower wins between equal packages: 1000 unless given.
    pub cost: Option<u32>,
    /// Whether packages must be signed by one of the keys: true unless given.
    pub gpgcheck: Option<bool>,
    /// Whether repomd.xml must be signed by one of the keys, in repomd.xml.asc: false unless given.
    pub repo_gpgcheck: bool,
    /// Keys to trust for this repository: files, URLs or ASCII-armoured text.
    pub gpgkeys: Vec<String>,
    /// CA certificates for the server, a PEM file.
    pub sslcacert: Option<String>,
    /// Client certificate, a PEM file.
    pub sslclientcert: Option<String>,
    /// Its private key, a PEM file.
    pub sslclientkey: Option<String>,
    /// Packages to ignore in this repository: globs.
    pub excludepkgs: Vec<String>,
    /// If any are given, the only packages to see in this repository: globs.
    pub includepkgs: Vec<String>,
    /// Only for these architectures; for all when empty.
    pub arches: Vec<Arch>,
    /// Whether the repository is used: true unless given.
    pub enabled: Option<bool>,
    /// Whether its packages are exempt from module filtering.
    pub module_hotfixes: bool,
    /// Whether to go on without it when it cannot be had: unreachable, incomplete or broken.
    pub skip_if_unavailable: bool,
}

/// What to install. A spec is a name, name.arch, name-version, NEVRA, glob, capability or file path.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PackagesSection {
    /// Specs that must be there.
    pub install: Vec<String>,
    /// Specs taken where some repository has them and reported where none does. Entries with an empty variable are dropped.
    pub r#try: Vec<String>,
    /// Compiler packages, at the version that built the kernel (its config says which), else the best one. The first must be
    /// there, the others are taken where some repository has them.
    pub compiler_of_kernel: Vec<String>,
    /// Packages never to take: globs.
    pub exclude: Vec<String>,
    /// If any are given, the only packages to see, beside those of repositories' includepkgs: globs.
    pub include: Vec<String>,
    /// Advisories: install means their packages alone.
    pub advisories: AdvisoriesSection,
    /// Module streams to enable beside the defaults: NAME:STREAM.
    pub modules: Vec<String>,
    /// Whether recommended packages come along.
    pub weak: bool,
    /// Whether documentation files are installed.
    pub docs: bool,
    /// Whether only the best version of a requested package will do.
    pub best: bool,
    /// Whether all architectures get the same versions, where they exist.
    pub same_versions: bool,
    /// Languages whose files are installed; all when empty.
    pub langs: Vec<String>,
    /// Additions for one architecture.
    #[schemars(extend("propertyNames" = { "$ref": "#/$defs/Arch" }))]
    pub arch: BTreeMap<Arch, ArchPackagesSection>,
}

impl Default for PackagesSection {
    fn default() -> Self {
        Self {
            install: vec![],
            r#try: vec![],
            compiler_of_kernel: vec![],
            exclude: vec![],
            include: vec![],
            advisories: AdvisoriesSection::default(),
            modules: vec![],
            weak: false,
            docs: false,
            best: true,
            same_versions: false,
            langs: vec![],
            arch: BTreeMap::new(),
        }
    }
}

/// Which advisories: those that any of these names. None named: no limit.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AdvisoriesSection {
    /// Advisories by id: RHSA-2024:0001.
    pub ids: Vec<String>,
    /// Kinds of advisories: security, bugfix, enhancement, newpackage.
    pub types: Vec<String>,
    /// CVEs that are fixed: CVE-2024-0001.
    pub cves: Vec<String>,
    /// Bugs that are fixed, by their numbers in Bugzilla.
    pub bugzillas: Vec<String>,
    /// Severities: Critical, Important, Moderate, Low.
    pub severities: Vec<String>,
}

/// Additions for one architecture.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ArchPackagesSection {
    /// Specs that must be there.
    pub install: Vec<String>,
    /// Specs taken where some repository has them.
    pub r#try: Vec<String>,
    /// Packages never to take: globs.
    pub exclude: Vec<String>,
}

/// A layer and the packages that go into it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LayerSection {
    /// Its name in lock, history and reports.
    pub name: String,
    /// Package names: globs.
    pub packages: Vec<String>,
}

/// A group to create.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupSection {
    /// Its name.
    pub name: String,
    /// Its number.
    pub gid: u32,
}

/// A user to create.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserSection {
    /// Its name.
    pub name: String,
    /// Its number.
    pub uid: u32,
    /// The number of its own group, which is created if need be; the uid when not given.
    pub gid: Option<u32>,
    /// Supplementary groups by name.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Home directory, created empty with mode 0700; none is created when not given, and / stands in its place.
    pub home: Option<String>,
    /// Login shell: /sbin/nologin when not given.
    pub shell: Option<String>,
    /// Full name or purpose.
    #[serde(default)]
    pub comment: String,
}

/// A file to add, in place of what base or packages have there.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileSection {
    /// Where it goes, absolute.
    pub path: String,
    /// Its text. ${rpm:NAME} and ${uname:NAME} stand for an installed package's version.
    pub content: Option<String>,
    /// Or a local file, relative to the recipe, taken as it is.
    pub source: Option<String>,
    /// Permissions in octal: "0644" when not given.
    pub mode: Option<String>,
    /// Owner by name: root when not given.
    pub user: Option<String>,
    /// Group by name: root when not given.
    pub group: Option<String>,
    /// Only for these architectures; for all when empty.
    #[serde(default)]
    pub arches: Vec<Arch>,
}

/// A local directory to add, walked in sorted order.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TreeSection {
    /// A local directory, relative to the recipe.
    pub from: String,
    /// Where its contents go, absolute.
    pub to: String,
    /// Owner by name: root when not given.
    pub user: Option<String>,
    /// Group by name: root when not given.
    pub group: Option<String>,
    /// Only for these architectures; for all when empty.
    #[serde(default)]
    pub arches: Vec<Arch>,
}
