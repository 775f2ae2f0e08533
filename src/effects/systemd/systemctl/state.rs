//! `is-enabled`.

use super::{
    links::links_below,
    unit::{Absent, Form, Scope, Unit, absolute, find, form, template},
};
use crate::effects::process::Process;

/// The word for a unit's state; none if there is no such unit.
pub(super) fn state(process: &mut Process<'_, '_>, scope: &Scope, name: &str) -> Option<&'static str> {
    let unit = match find(process, scope, name) {
        Ok(unit) => unit,
        Err(Absent::Masked) => return Some("masked"),
        Err(_) => return None,
    };
    let file = unit.path.rsplit('/').next().unwrap_or_default().to_owned();
    if name != file && form(&unit.name) != Some(Form::Instance) {
        return Some("alias");
    }
    let mut other = false;
    for (dir, word) in
        [(scope.config.clone(), "enabled"), (scope.config.replacen("/etc/", "/run/", 1), "enabled-runtime")]
    {
        for path in links_below(process, &dir) {
            match link(process, &unit, &dir, &path) {
                Some(true) => return Some(word),
                Some(false) => other = true,
                None => {}
            }
        }
    }
    Some(match () {
        () if other => "indirect",
        () if unit.has_rules() => "disabled",
        () if !unit.also.is_empty() => "indirect",
        () => "static",
    })
}

/// Whether a link is the unit's: by a name its `[Install]` gives it, or by another.
fn link(process: &Process<'_, '_>, unit: &Unit, dir: &str, path: &str) -> Option<bool> {
    let name = path.rsplit('/').next()?;
    let target = process.readlink(path.as_bytes()).ok()?;
    let target = absolute(path, &String::from_utf8_lossy(&target));
    let leads = target.rsplit('/').next() == Some(unit.name.as_str());
    let named = name == unit.name;
    let in_top = path == format!("{dir}/{name}");
    if !(leads || named) || (in_top && named) {
        return None;
    }
    let of_template = form(&unit.name) == Some(Form::Template)
        && template(name).as_ref() == Some(&unit.name)
        && unit.default_instance.as_deref() == super::unit::instance(name);
    Some(named || of_template || unit.aliases.iter().any(|a| a == name))
}
