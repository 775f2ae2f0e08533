//! Specs limited to what advisories bring.

use std::collections::BTreeMap;

use super::pool::{Pkg, Pool};
use crate::terms::Evr;

impl Pool<'_> {
    /// What the request's advisories leave of the packages a spec means: for each package of an advisory the oldest of its name and
    /// architecture that is not older (libdnf's `advisory__eqg` and its kin in `Query::Impl::filterAdvisory`). Of several equal ones,
    /// the first: what is installed, then by repository.
    pub(super) fn advised(&self, packages: Vec<Pkg>) -> Vec<Pkg> {
        let Some(advised) = &self.request.advised else { return packages };
        let mut candidates = BTreeMap::<(&str, &str), Vec<(Evr, Pkg)>>::new();
        for p in packages {
            candidates.entry((self.name(p), self.arch(p))).or_default().push((self.evr(p).to_evr(), p));
        }
        candidates.values_mut().for_each(|list| list.sort());
        let first = |n: &crate::terms::Nevra| {
            let list = candidates.get(&(n.name.as_str(), n.arch.as_str()))?;
            list.get(list.partition_point(|(evr, _)| *evr < n.evr)).map(|(_, p)| *p)
        };
        let mut out: Vec<Pkg> = advised.iter().filter_map(first).collect();
        out.sort_unstable();
        out.dedup();
        out
    }
}
