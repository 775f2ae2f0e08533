//! What the command line changes in a recipe.

use std::collections::BTreeMap;

use super::AdvisoryPlan;
use crate::terms::Arch;

/// Changes to a recipe, from flags. Plain data; every field empty means the recipe as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--base REF` or `--installroot-base none`, as given.
    pub base: Option<String>,
    /// `--arch`: in place of the recipe's.
    pub arches: Vec<Arch>,
    /// `--kernel`.
    pub kernel: Option<String>,
    /// `--rhel`.
    pub rhel: Option<String>,
    /// `--set KEY=VALUE`.
    pub set: BTreeMap<String, String>,
    /// `--repo ID=URL`, in order. A repository of that id or label gets the URL, another id is added. As the user says
    /// where packages come from, the recipe's repositories that are known by label alone are left out.
    pub repos: Vec<(String, String)>,
    /// Whether `.repo` files are given beside the recipe: they too put label-only repositories out of use.
    pub repo_files: bool,
    /// `--tag`: in place of the recipe's.
    pub tags: Vec<String>,
    /// `--module`: beside the recipe's.
    pub modules: Vec<String>,
    /// `--advisory`, `--security` and the like: beside the recipe's.
    pub advisories: AdvisoryPlan,
    /// `--platform-id`.
    pub platform: Option<String>,
    /// `--same-versions`.
    pub same_versions: bool,
}
