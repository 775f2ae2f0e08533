//! Which uid or gid a new account gets.

use std::collections::BTreeSet;

use super::{login_defs::LoginDefs, table::Table};

/// Users' numbers or groups'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// Uids.
    User,
    /// Gids.
    Group,
}

/// The range a number is looked for in; none where the settings contradict themselves.
fn range(defs: &LoginDefs, whose: Whose, system: bool) -> Option<(u32, u32)> {
    let letter = if whose == Whose::User { 'U' } else { 'G' };
    let key = |name: &str| name.replace('?', &letter.to_string());
    let first = defs.id(&key("?ID_MIN"), 1000);
    let (min, max) = if system {
        (defs.id(&key("SYS_?ID_MIN"), 101), defs.id(&key("SYS_?ID_MAX"), first.saturating_sub(1)))
    } else {
        (first, defs.id(&key("?ID_MAX"), 60000))
    };
    (min <= max).then_some((if system { min.max(1) } else { min }, max))
}

/// A number nobody has: `preferred` where it is free and in range; else for system accounts the one below the lowest in use,
/// for others the one above the highest; else the first gap from that end. None if there is none.
pub(super) fn unused(
    defs: &LoginDefs,
    whose: Whose,
    system: bool,
    table: &Table,
    preferred: Option<u32>,
) -> Option<u32> {
    let (min, max) = range(defs, whose, system)?;
    let lowest = if system { 1 } else { min };
    if let Some(wanted) = preferred.filter(|n| (lowest..=max).contains(n) && table.by_number(*n).is_none()) {
        return Some(wanted);
    }
    let used: BTreeSet<u32> = table.numbers().filter(|n| (min..=max).contains(n)).collect();
    if system {
        // The number itself may be free even where the one below the lowest is outside: then the search starts over.
        let start = used.first().map_or(max, |n| if *n > min { n - 1 } else { max });
        (min..=start).rev().chain((min..=max).rev()).find(|n| !used.contains(n))
    } else {
        let start = used.last().map_or(min, |n| if *n < max { n + 1 } else { min });
        (start..=max).chain(min..=max).find(|n| !used.contains(n))
    }
}

/// The first and the count of subordinate numbers in a row that no line of the file has; none if the settings leave no room.
/// It leaves the file sorted, as shadow-utils do.
pub(super) fn unused_range(defs: &LoginDefs, whose: Whose, table: &mut Table) -> Option<(u64, u64)> {
    let letter = if whose == Whose::User { "U" } else { "G" };
    let setting = |name: &str, default: u64| {
        let value = defs.number(&name.replace('?', letter));
        value.and_then(|n| u64::try_from(n).ok()).unwrap_or(default)
    };
    let (min, max) = (setting("SUB_?ID_MIN", 100_000), setting("SUB_?ID_MAX", 600_100_000));
    let count = setting("SUB_?ID_COUNT", 65536);
    if min > max || count >= max || (min + count).saturating_sub(1) > max {
        return None;
    }
    let number = |f: &Vec<u8>| std::str::from_utf8(f).ok()?.parse::<u64>().ok();
    table.sort_ranges();
    let taken: Vec<(u64, u64)> = table.entries().filter_map(|f| Some((number(&f[1])?, number(&f[2])?))).collect();
    let mut low = min;
    for (first, length) in taken {
        if first > low && first.min(max + 1) - low >= count {
            return Some((low, count));
        }
        low = low.max(first.saturating_add(length));
        if low > max {
            return None;
        }
    }
    (max - low + 1 >= count).then_some((low, count))
}
