//! From a text's values to an architecture's plan: strings expanded, then typed, then handed to the checks.

use toml::{Spanned, Value, de::DeValue};

use crate::terms::Arch;

use super::{
    AdvisoriesSection, AdvisoryPlan, ArchPlan, Document, Error, GroupPlan, ImagePlan, Overrides, PackagePlan, Template,
    TreePlan,
    check::Check,
    source::{Path, Source},
    variables::{Rules, Variables},
};

/// Expands and checks the recipe for one architecture.
pub(super) fn plan(source: &Source<'_>, arch: Arch, overrides: &Overrides) -> Result<ArchPlan, Error> {
    let variables = Variables::new(source, arch, overrides)?;
    let document = document(source, &variables, overrides)?;
    let check = Check { source };
    let value = |name: &str| variables.value(name, &source.find(&Path::of(&["vars", name])));
    let mut plan = ArchPlan {
        arch,
        base: check.base(&document, overrides)?,
        kernel: Some(value("kernel")?).filter(|k| !k.is_empty()),
        releasever: Some(value("releasever")?).filter(|r| !r.is_empty()),
        vars: variables.all()?,
        image: image(&document, overrides),
        packages: packages(&document, arch, overrides),
        repos: check.repos(&document, arch, overrides)?,
        layers: check.layers(&document)?,
        groups: document.groups.iter().map(|g| GroupPlan { name: g.name.clone(), gid: g.gid }).collect(),
        users: check.users(&document.users)?,
        trees: vec![],
        files: vec![],
    };
    for (i, t) in document.trees.iter().enumerate().filter(|(_, t)| meant(&t.arches, arch)) {
        let to = check.path(&Path::of(&["trees"]).index(i).key("to"), &t.to)?;
        plan.trees.push(TreePlan {
            from: t.from.clone(),
            to,
            user: root(t.user.as_ref()),
            group: root(t.group.as_ref()),
        });
    }
    for (i, f) in document.files.iter().enumerate().filter(|(_, f)| meant(&f.arches, arch)) {
        plan.files.push(check.file(&Path::of(&["files"]).index(i), f)?);
    }
    check.specs(&document)?;
    Ok(plan)
}

/// The document with every variable replaced. Types were checked before; what serde may still refuse is ours to explain.
fn document(source: &Source<'_>, variables: &Variables<'_>, overrides: &Overrides) -> Result<Document, Error> {
    let mut table = toml::Table::new();
    for (key, value) in source.root() {
        let path = Path::of(&[key.get_ref()]);
        // The variables are expanded where they are used; a base or tags that flags replace need not expand at all.
        if path.keys() != ["vars"]
            && let Some(value) = expanded(variables, value, &path, overrides)?
        {
            table.insert(key.get_ref().to_string(), value);
        }
    }
    table.try_into().map_err(|e: toml::de::Error| Error::Syntax {
        at: source.at(0),
        message: e.message().trim_end().replace('\n', ", "),
    })
}

fn expanded(
    v: &Variables<'_>,
    value: &Spanned<DeValue<'_>>,
    path: &Path,
    o: &Overrides,
) -> Result<Option<Value>, Error> {
    let replaced = match path.keys()[..] {
        ["image", "base"] => o.base.is_some(),
        ["image", "tags"] => !o.tags.is_empty(),
        // As `with_command_line` has it: no label needs a value that isn't used.
        ["repos", "label"] => o.repo_files || !o.repos.is_empty(),
        _ => false,
    };
    if replaced && let DeValue::Array(_) = value.get_ref() {
        return Ok(None);
    }
    Ok(Some(match value.get_ref() {
        DeValue::String(s) => {
            let rules = Rules { needs_values: !replaced && rules(path).needs_values, ..rules(path) };
            match v.expand(s, &value.span(), path, rules)? {
                Some(text) => Value::String(text),
                None => return Ok(None),
            }
        }
        DeValue::Integer(n) => Value::Integer(i64::from_str_radix(n.as_str(), n.radix()).unwrap_or_default()),
        DeValue::Boolean(b) => Value::Boolean(*b),
        DeValue::Array(a) => {
            let items = a.iter().enumerate().map(|(i, item)| expanded(v, item, &path.index(i), o));
            Value::Array(items.filter_map(Result::transpose).collect::<Result<_, _>>()?)
        }
        DeValue::Table(t) => {
            let mut table = toml::Table::new();
            for (key, item) in t {
                if let Some(item) = expanded(v, item, &path.key(key.get_ref()), o)? {
                    table.insert(key.get_ref().to_string(), item);
                }
            }
            Value::Table(table)
        }
        // The schema knows neither; `check` has refused them.
        DeValue::Float(_) | DeValue::Datetime(_) => return Ok(None),
    }))
}

/// Which keys name things (no empty variable may stand in them), which may lose entries, which wait for the resolver.
fn rules(path: &Path) -> Rules {
    let (droppable, needs_values, late) = match path.keys()[..] {
        ["packages", "try"] | ["packages", "arch", _, "try"] => (true, false, false),
        ["packages", ..]
        | ["repos", "id" | "label" | "baseurl" | "mirrorlist" | "metalink"]
        | ["image", "base" | "tags"] => (false, true, false),
        ["image", "labels" | "annotations" | "env", _] | ["files", "content"] => (false, false, true),
        _ => (false, false, false),
    };
    Rules { droppable, needs_values, late }
}

/// Whether a section with these `arches` is for `arch`.
pub(super) fn meant(arches: &[Arch], arch: Arch) -> bool {
    arches.is_empty() || arches.contains(&arch)
}

/// A name, or root's.
pub(super) fn root(name: Option<&String>) -> String {
    name.cloned().unwrap_or_else(|| "root".into())
}

fn image(document: &Document, overrides: &Overrides) -> ImagePlan {
    let i = &document.image;
    let templates = |map: &std::collections::BTreeMap<String, String>| {
        map.iter().map(|(k, v)| (k.clone(), Template::new(v.clone()))).collect()
    };
    ImagePlan {
        tags: if overrides.tags.is_empty() { i.tags.clone() } else { overrides.tags.clone() },
        user: i.user.clone(),
        workdir: i.workdir.clone(),
        entrypoint: i.entrypoint.clone(),
        cmd: i.cmd.clone(),
        labels: templates(&i.labels),
        annotations: templates(&i.annotations),
        env: templates(&i.env),
    }
}

fn advisories(a: &AdvisoriesSection) -> AdvisoryPlan {
    let AdvisoriesSection { ids, types, cves, bugzillas, severities } = a.clone();
    AdvisoryPlan { ids, types, cves, bugzillas, severities }
}

fn packages(document: &Document, arch: Arch, overrides: &Overrides) -> PackagePlan {
    let p = &document.packages;
    let own = p.arch.get(&arch).cloned().unwrap_or_default();
    let both = |common: &[String], own: Vec<String>| {
        let mut all = common.to_vec();
        all.extend(own);
        all
    };
    PackagePlan {
        install: both(&p.install, own.install),
        r#try: both(&p.r#try, own.r#try),
        compiler_of_kernel: p.compiler_of_kernel.clone(),
        exclude: both(&p.exclude, own.exclude),
        include: p.include.clone(),
        advisories: advisories(&p.advisories).and(&overrides.advisories),
        modules: both(&p.modules, overrides.modules.clone()),
        platform: overrides.platform.clone(),
        weak: p.weak,
        docs: p.docs,
        best: p.best,
        same_versions: p.same_versions || overrides.same_versions,
        langs: p.langs.clone(),
    }
}
