//! Packages of groups and profiles: not specs but names with conditions.

use super::{
    Error, Member,
    conflict::{Aim, Goal},
    explain::nearest_names,
    pool::Pkg,
    solution::Resolver,
};
use crate::formats::repodata::Requirement;

impl Resolver<'_> {
    /// The unconditional members as goals, and the names nobody has.
    pub(super) fn members(&self) -> Result<(Vec<Aim>, Vec<String>), Error> {
        let (mut goals, mut absent) = (Vec::new(), Vec::new());
        for member in &self.pool.request.members {
            let list = self.of_member(member);
            if list.is_empty() {
                if member.required {
                    let near = nearest_names(self.pool, &member.name).into_iter().next();
                    return Err(Error::NoMember { spec: member.spec.clone(), name: member.name.clone(), near });
                }
                absent.push(member.name.clone());
            } else if member.when.is_none() {
                goals.push((Goal::Spec(member.spec.clone()), list));
            }
        }
        Ok((goals, absent))
    }

    /// The conditional members somebody has, with what provides them.
    pub(super) fn conditional(&self) -> Vec<(&Member, Vec<Pkg>)> {
        let members = self.pool.request.members.iter().filter(|m| m.when.is_some() && !self.of_member(m).is_empty());
        let provides = |m: &Member| {
            let mut list = self.pool.providers(&Requirement::any(&m.name));
            list.retain(|&p| self.pool.is_considered(p) && self.pool.is_visible(p));
            list
        };
        members.map(|m| (m, provides(m))).collect()
    }

    /// Whether what a conditional member waits for is there.
    pub(super) fn applies(&self, member: &Member, chosen: &[Pkg]) -> bool {
        let wanted = member.when.as_deref().unwrap_or_default();
        self.pool.providers(&Requirement::any(wanted)).iter().any(|p| chosen.binary_search(p).is_ok())
    }

    fn of_member(&self, member: &Member) -> Vec<Pkg> {
        let pool = self.pool;
        let fits = |p: &Pkg| {
            let arch = pool.arch(*p);
            arch != "src" && pool.is_considered(*p) && (!member.base_arch_only || arch == pool.request.arch.rpm())
        };
        let mut list: Vec<Pkg> = pool.named(&member.name).into_iter().filter(fits).collect();
        match &member.among {
            Some(among) => {
                let meant = |p: &Pkg| among.contains(&pool.nevra(*p)) || pool.source(*p).is_some_and(|s| s.hotfixes);
                let these: Vec<Pkg> = list.iter().copied().filter(meant).collect();
                if !these.is_empty() {
                    list = these;
                }
                list.sort_unstable();
            }
            None => pool.add_obsoleters(&mut list, true),
        }
        list
    }
}
