//! What a recipe asks of a lock: the one place where tier 1's two documents meet.

use crate::{
    lock::{ArchWanted, Compression, LockedInput, Wanted},
    recipe::{ArchPlan, Base},
};

/// From plans to what [`Lock::satisfies`](crate::lock::Lock::satisfies) compares with. `inputs` are the digests of the
/// plans' [local inputs](ArchPlan::local_inputs) as they are now.
pub fn wanted(plans: &[ArchPlan], inputs: Vec<LockedInput>, compression: Option<Compression>) -> Wanted {
    let arches = plans.iter().map(|plan| (plan.arch, arch(plan))).collect();
    Wanted { compression, inputs, arches }
}

fn arch(plan: &ArchPlan) -> ArchWanted {
    ArchWanted {
        recipe: plan.digest(),
        base: match &plan.base {
            Base::None => None,
            Base::Image { repository, digest } => Some((repository.clone(), *digest)),
        },
        request: plan.packages.request(),
        // A URL with dnf variables is compared through the recipe's digest; here it would always look moved.
        repositories: plan
            .repos
            .iter()
            .map(|r| (r.id.clone(), r.baseurl.as_ref().map(ToString::to_string).filter(|url| !url.contains('$'))))
            .collect(),
        layers: plan.layers.iter().map(|l| l.name.clone()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, path::Path};

    use super::wanted;
    use crate::{
        lock::{ArchLock, Lock, LockedRepository},
        recipe::{Overrides, Recipe},
        terms::{Arch, Digest},
    };

    #[test]
    fn a_lock_of_a_plan_satisfies_it_until_the_recipe_changes() {
        let text = "[image]\nbase = \"none\"\n[[repos]]\nid = \"r\"\nbaseurl = \"https://h/$basearch/\"\n[packages]\ninstall = [\"a\"]";
        let plans = |text: &str| {
            let recipe = Recipe::parse("r", text, Path::new(".")).expect("valid");
            vec![recipe.for_arch(Arch::X86_64, &Overrides::default()).expect("expands")]
        };
        let plan = plans(text).remove(0);
        let repository = LockedRepository {
            id: "r".into(),
            baseurl: "https://h/x86_64/".into(),
            repomd: Digest::of(b"").into(),
            mirrorlist: None,
            metalink: None,
            priority: None,
            keys: vec![],
        };
        let arch = ArchLock {
            recipe: plan.digest(),
            base: None,
            request: plan.packages.request(),
            missing: vec![],
            layers: vec!["packages".into()],
            repositories: vec![repository],
            unavailable: vec![],
            modules: vec![],
            packages: vec![],
            removed: vec![],
        };
        let lock = Lock { arches: BTreeMap::from([(Arch::X86_64, arch)]), ..Lock::default() };
        assert_eq!(lock.satisfies(&wanted(&[plan], vec![], None)), Ok(()));
        let stale = lock.satisfies(&wanted(&plans(&text.replace("\"a\"", "\"b\"")), vec![], None)).expect_err("stale");
        assert_eq!(stale.len(), 2);
        let moved = text.replace("$basearch", "x/$basearch");
        assert_eq!(lock.satisfies(&wanted(&plans(&moved), vec![], None)).expect_err("stale").len(), 1);
    }
}
