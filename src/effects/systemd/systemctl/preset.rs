//! Presets: which units a distribution, or whoever is above it, wants enabled.

use super::{
    links::{Refused, disable, enable},
    unit::{Absent, Form, Scope, find, form, instance, template, with_instance},
};
use crate::effects::{
    process::Process,
    systemd::{config, glob},
};

/// A line of a preset file.
#[derive(Debug, PartialEq, Eq)]
struct Rule {
    enable: bool,
    pattern: String,
    /// Instances of a template.
    instances: Vec<String>,
}

/// Which half of presets is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// Both.
    Full,
    /// `--preset-mode=enable-only`
    EnableOnly,
    /// `--preset-mode=disable-only`
    DisableOnly,
}

fn rules(process: &mut Process<'_, '_>, scope: &Scope) -> Vec<Rule> {
    let mut rules = Vec::new();
    for file in config::files(process, scope.presets, ".preset") {
        let text = process.read_file(file.as_bytes()).unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        rules.extend(text.lines().filter_map(rule));
    }
    rules
}

fn rule(line: &str) -> Option<Rule> {
    let line = line.trim();
    let (word, rest) = line.split_once([' ', '\t'])?;
    let rest = rest.trim();
    match word {
        "enable" => {
            let mut words = rest.split_whitespace().map(str::to_owned);
            let pattern = words.next()?;
            Some(Rule { enable: true, pattern, instances: words.collect() })
        }
        "disable" => Some(Rule { enable: false, pattern: rest.to_owned(), instances: Vec::new() }),
        _ => None,
    }
}

/// What the rules say of a unit: none to disable it, else the names to enable. Where they say nothing it is enabled.
fn verdict(rules: &[Rule], name: &str) -> Option<Vec<String>> {
    for rule in rules {
        if !rule.instances.is_empty() {
            let own = form(name) == Some(Form::Template);
            if own && rule.pattern == name {
                return Some(rule.instances.iter().map(|i| with_instance(name, i)).collect());
            }
            let fits = instance(name).is_some_and(|i| rule.instances.iter().any(|r| r == i));
            if fits && template(name).as_ref() == Some(&rule.pattern) {
                return Some(vec![name.to_owned()]);
            }
        }
        if glob::fits(rule.pattern.as_bytes(), name.as_bytes()) {
            return rule.enable.then(|| vec![name.to_owned()]);
        }
    }
    Some(vec![name.to_owned()])
}

/// `systemctl preset`: nothing is done where a unit cannot be had.
pub(super) fn preset(
    process: &mut Process<'_, '_>,
    scope: &Scope,
    names: &[String],
    which: Which,
) -> Result<(), Refused> {
    let rules = rules(process, scope);
    let (mut plus, mut minus) = (Vec::new(), Vec::new());
    for name in names {
        sort(process, scope, &rules, name, &mut plus, &mut minus)?;
    }
    execute(process, scope, &plus, &minus, which)
}

/// `systemctl preset-all`: what cannot be had is left out; a link to nothing ended it all before v256.
pub(super) fn preset_all(process: &mut Process<'_, '_>, scope: &Scope, which: Which) -> Result<(), Refused> {
    let rules = rules(process, scope);
    let (mut plus, mut minus) = (Vec::new(), Vec::new());
    for dir in &scope.search {
        for name in process.read_dir(dir.as_bytes()).unwrap_or_default() {
            let path = [dir.as_bytes(), b"/", &name].concat();
            let Ok(name) = String::from_utf8(name) else { continue };
            let is_unit = form(&name).is_some() && process.lstat(&path).is_ok_and(|s| s.is_file() || s.is_symlink());
            if is_unit && !plus.contains(&name) && !minus.contains(&name) {
                match sort(process, scope, &rules, &name, &mut plus, &mut minus) {
                    Err(error @ Refused::Absent { why: Absent::Dangling, .. }) if scope.version < 256 => {
                        return Err(error);
                    }
                    _ => {}
                }
            }
        }
    }
    execute(process, scope, &plus, &minus, which)
}

fn sort(
    process: &mut Process<'_, '_>,
    scope: &Scope,
    rules: &[Rule],
    name: &str,
    plus: &mut Vec<String>,
    minus: &mut Vec<String>,
) -> Result<(), Refused> {
    let absent = |why| Refused::Absent { name: name.to_owned(), why };
    let found = match find(process, scope, name) {
        Ok(unit) => Some(unit),
        Err(Absent::Masked) => None,
        Err(why) => return Err(absent(why)),
    };
    // Another name of a unit has no preset of its own; before v246 it had.
    if found.as_ref().is_some_and(|u| u.name != name && !name.contains('/')) && scope.version >= 246 {
        return Ok(());
    }
    match verdict(rules, name.rsplit('/').next().unwrap_or(name)) {
        None => minus.push(name.to_owned()),
        Some(_) if found.is_none() => return Err(absent(Absent::Masked)),
        Some(names) => plus.extend(names),
    }
    Ok(())
}

fn execute(
    process: &mut Process<'_, '_>,
    scope: &Scope,
    plus: &[String],
    minus: &[String],
    which: Which,
) -> Result<(), Refused> {
    if which != Which::EnableOnly && !minus.is_empty() {
        let _ = disable(process, scope, minus);
    }
    if which != Which::DisableOnly {
        enable(process, scope, plus, true)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_fits_counts() {
        let rules: Vec<Rule> =
            "enable a.service\nenable t@.service x y\n# c\nnonsense\ndisable *\n".lines().filter_map(rule).collect();
        let names = |name: &str| verdict(&rules, name).map(|n| n.join(" "));
        assert_eq!(names("a.service").as_deref(), Some("a.service"));
        assert_eq!(names("t@.service").as_deref(), Some("t@x.service t@y.service"));
        assert_eq!(names("t@x.service").as_deref(), Some("t@x.service"));
        assert_eq!(names("t@z.service"), None);
        assert_eq!(names("b.service"), None);
        assert_eq!(verdict(&[], "b.service"), Some(vec!["b.service".to_owned()]));
    }
}
