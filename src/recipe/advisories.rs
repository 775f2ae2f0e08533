//! The advisories a plan is limited to.

use serde::Serialize;

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
    pub(super) fn flags(&self) -> impl Iterator<Item = String> + '_ {
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
