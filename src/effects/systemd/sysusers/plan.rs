//! Who gets which number.

use std::collections::{BTreeMap, BTreeSet};

use super::{Queue, line::Item};
use crate::effects::{
    accounts::{
        login_defs::LoginDefs,
        table::{GROUP, PASSWD, Table},
    },
    process::{Errno, Process},
    systemd::image::is_red_hat,
};

/// The highest number of a system account.
const SYSTEM_MAX: u32 = 999;

/// What is to be made, in this order.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Groups, with their numbers.
    pub groups: Vec<(String, u32)>,
    /// Users, with uid and gid.
    pub users: Vec<(Item, u32, u32)>,
}

/// What is known of numbers while the plan is made.
struct Numbers {
    uid_of: BTreeMap<String, u32>,
    gid_of: BTreeMap<String, u32>,
    uids: BTreeSet<u32>,
    /// Whose a gid is.
    gids: BTreeMap<u32, String>,
    ranges: Vec<(u32, u32)>,
    /// The search goes down from here and never back.
    last: Option<u32>,
    plan: Plan,
}

/// Makes the plan. What cannot be had is said, and left out.
pub(super) fn plan(process: &mut Process<'_, '_>, queue: &Queue) -> Result<Plan, Errno> {
    let mut numbers = Numbers::read(process, queue)?;
    for item in &queue.groups {
        let mut item = item.clone();
        if let Err(why) = numbers.add_group(process, &mut item) {
            process.fail(why);
        }
    }
    for item in &queue.users {
        if let Err(why) = numbers.add(process, item.clone()) {
            process.fail(why);
        }
        if !process.stage.budget.step() {
            return Err(Errno::Stopped);
        }
    }
    Ok(numbers.plan)
}

fn text(field: &[u8]) -> String {
    String::from_utf8_lossy(field).into_owned()
}

impl Numbers {
    fn read(process: &mut Process<'_, '_>, queue: &Queue) -> Result<Self, Errno> {
        let (passwd, group) = (Table::read(process, PASSWD)?, Table::read(process, GROUP)?);
        let names = |table: &Table| -> BTreeMap<String, u32> {
            // The first of a name counts.
            let mut map = BTreeMap::new();
            for (name, number) in table.entries().map(|f| text(&f[0])).zip(table.numbers()) {
                map.entry(name).or_insert(number);
            }
            map
        };
        let mut ranges = queue.ranges.clone();
        if ranges.is_empty() {
            let defs = LoginDefs::read(process);
            let max = defs.id("SYS_UID_MAX", SYSTEM_MAX).min(defs.id("SYS_GID_MAX", SYSTEM_MAX)).min(SYSTEM_MAX);
            // Red Hat lets login.defs have its say, since v247.
            let of_image = queue.version >= 247 && is_red_hat(process);
            ranges.push(if of_image { (defs.id("SYS_UID_MIN", 201), max) } else { (1, SYSTEM_MAX) });
        }
        ranges.sort_unstable();
        let gids = group.entries().map(|f| text(&f[0])).zip(group.numbers()).map(|(name, gid)| (gid, name));
        Ok(Self {
            uid_of: names(&passwd),
            gid_of: names(&group),
            uids: passwd.numbers().collect(),
            gids: gids.collect(),
            ranges,
            last: None,
            plan: Plan::default(),
        })
    }

    fn add(&mut self, process: &mut Process<'_, '_>, mut item: Item) -> Result<(), String> {
        // A group of that name that is about to be made is the user's; one that is named must be there.
        let wanted = item.group.clone().unwrap_or_else(|| item.name.clone());
        let queued = self.plan.groups.iter().find(|(name, _)| *name == wanted).map(|(_, gid)| *gid);
        if let Some(gid) = queued.filter(|_| item.gid.is_none()) {
            (item.gid, item.strict) = (Some(gid), true);
        } else if let Some(group) = &item.group {
            let Some(gid) = self.gid_of.get(group) else { return Err(format!("Group {group} not found.")) };
            (item.gid, item.strict) = (Some(*gid), true);
        } else {
            self.add_group(process, &mut item)?;
        }
        self.add_user(process, item)
    }

    fn add_group(&mut self, process: &mut Process<'_, '_>, item: &mut Item) -> Result<(), String> {
        if let Some(gid) = self.gid_of.get(&item.name) {
            item.gid = Some(*gid);
            return Ok(());
        }
        if let Some(gid) = item.gid {
            let free = self.is_gid_free(gid, false);
            if item.strict {
                let missing = format!("Failed to create {}: please create GID {gid}", item.name);
                return if free { Err(missing) } else { Ok(()) };
            }
            if !free {
                item.gid = None;
            }
        }
        if item.gid.is_none() {
            item.gid = item.uid.filter(|uid| self.is_gid_free(*uid, true));
        }
        if item.gid.is_none() {
            let of_file = item.path.as_ref().and_then(|p| process.stat(p.as_bytes()).ok()).map(|s| s.gid);
            item.gid = of_file.filter(|gid| self.is_suitable(*gid) && self.is_gid_free(*gid, true));
        }
        while item.gid.is_none() {
            let next = self.next().ok_or_else(|| format!("No free group ID available for {}.", item.name))?;
            item.gid = Some(next).filter(|gid| self.is_gid_free(*gid, true));
        }
        let gid = item.gid.unwrap_or_default();
        self.gid_of.insert(item.name.clone(), gid);
        self.gids.insert(gid, item.name.clone());
        self.plan.groups.push((item.name.clone(), gid));
        process.fail(format!("Creating group '{}' with GID {gid}.", item.name));
        Ok(())
    }

    fn add_user(&mut self, process: &mut Process<'_, '_>, mut item: Item) -> Result<(), String> {
        if self.uid_of.contains_key(&item.name) {
            return Ok(());
        }
        let gid = item.gid.unwrap_or_default();
        let name = item.name.clone();
        let mut uid = item.uid.filter(|uid| self.is_uid_free(*uid, &name, !item.strict));
        if uid.is_none() {
            let of_file = item.path.as_ref().and_then(|p| process.stat(p.as_bytes()).ok()).map(|s| s.uid);
            uid = of_file.filter(|uid| self.is_suitable(*uid) && self.is_uid_free(*uid, &name, true));
        }
        if uid.is_none() {
            uid = item.gid.filter(|gid| self.is_uid_free(*gid, &name, true));
        }
        while uid.is_none() {
            let next = self.next().ok_or_else(|| format!("No free user ID available for {name}."))?;
            uid = Some(next).filter(|uid| self.is_uid_free(*uid, &name, true));
        }
        let uid = uid.unwrap_or_default();
        self.uid_of.insert(name.clone(), uid);
        self.uids.insert(uid);
        process.fail(format!("Creating user '{name}' with UID {uid} and GID {gid}."));
        item.uid = Some(uid);
        self.plan.users.push((item, uid, gid));
        Ok(())
    }

    fn is_gid_free(&self, gid: u32, also_uid: bool) -> bool {
        !(self.gids.contains_key(&gid) || also_uid && self.uids.contains(&gid))
    }

    /// Free, and no other's gid.
    fn is_uid_free(&self, uid: u32, name: &str, also_gid: bool) -> bool {
        !(self.uids.contains(&uid) || also_gid && self.gids.get(&uid).is_some_and(|owner| owner != name))
    }

    fn is_suitable(&self, number: u32) -> bool {
        number > 0 && self.ranges.iter().any(|(low, high)| (*low..=*high).contains(&number))
    }

    /// The next lower number of the ranges.
    fn next(&mut self) -> Option<u32> {
        let below = self.last.unwrap_or(u32::MAX).checked_sub(1)?;
        let next = self.ranges.iter().filter(|(low, _)| *low <= below).map(|(_, high)| (*high).min(below)).max();
        self.last = next;
        next
    }
}
