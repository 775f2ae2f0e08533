//! `drydock inspect`: what an image is, without unpacking it.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Error, Session, base,
    options::InspectOptions,
    outcomes::{self, Outcomes},
    report::{InspectReport, InspectedArch, InspectedLayer, InspectedScriptlet},
    source::ImageSource,
};
use crate::{
    formats::{
        oci::{CONFIG_LIMIT, Descriptor, Document, ImageConfig, Manifest, RawDocument},
        rpm::Scriptlet,
    },
    rpmdb::Installed,
    terms::{Arch, Events, Nevra},
};

/// Characters of a scriptlet's line that are shown: bodies may be one line of any length.
const SHOWN: usize = 200;

/// Reads an image's documents, and its package database where packages are asked for.
pub fn inspect(options: &InspectOptions, events: Arc<dyn Events>) -> Result<InspectReport, Error> {
    let session = Session::open(&options.session, events)?;
    let source = ImageSource::named(&options.image)?;
    let (root, document) = source.root(&session)?;
    let (annotations, images) = match document {
        Document::Manifest(manifest) => (shown(manifest.annotations.clone()), vec![(root.clone(), manifest)]),
        Document::Index(index) => {
            let wanted = |d: &&Descriptor| {
                let arch = d.platform.as_ref().and_then(|p| p.arch());
                options.arches.is_empty() || arch.is_some_and(|a| options.arches.contains(&a))
            };
            let mut images: Vec<(RawDocument, Manifest)> = Vec::new();
            for descriptor in index.manifests.iter().filter(wanted) {
                let raw = source.document(&session, descriptor)?;
                if let Document::Manifest(manifest) = raw.parse()? {
                    images.push((raw, manifest));
                }
            }
            if let (true, Some(arch)) = (images.is_empty(), options.arches.first()) {
                let platforms = index.platforms().join(", ");
                return Err(Error::NoPlatform { image: source.name(), arch: *arch, platforms });
            }
            (index.annotations, images)
        }
    };
    let arches = images.iter().map(|(raw, m)| one(&session, &source, raw, m, options)).collect::<Result<_, _>>()?;
    Ok(InspectReport {
        image: options.image.clone(),
        digest: root.digest().0,
        media_type: root.media_type().to_string(),
        annotations,
        arches,
    })
}

fn one(
    session: &Session,
    source: &ImageSource,
    raw: &RawDocument,
    manifest: &Manifest,
    options: &InspectOptions,
) -> Result<InspectedArch, Error> {
    let config = ImageConfig::parse(&source.blob(session, &manifest.config)?.read(CONFIG_LIMIT)?)?;
    let mut steps = config.history.iter().filter(|h| !h.empty_layer);
    let layer = |d: &Descriptor| InspectedLayer {
        digest: d.digest.0,
        size: d.size,
        media_type: d.media_type.to_string(),
        created_by: steps.next().and_then(|h| h.created_by.clone()),
    };
    let layers = manifest.layers.iter().map(layer).collect();
    let mut packages: Option<Vec<_>> = None;
    let mut scriptlets = None;
    let said = manifest.annotations.get(outcomes::ANNOTATION).map(String::as_str).unwrap_or_default();
    let mut outcomes = Outcomes::read(said);
    let scriptlets_skipped = outcomes.skipped();
    if let (true, Some(arch)) = (options.packages || options.scriptlets, Arch::from_oci(&config.architecture)) {
        let image = base::read(session, source, manifest, arch, None)?;
        let mut installed: Vec<_> = image.database.iter().flat_map(|d| d.named()).collect();
        installed.sort_by(|a, b| a.1.cmp(&b.1));
        if options.scriptlets {
            let lists: Result<Vec<_>, _> =
                installed.iter().map(|(package, nevra)| scriptlets_of(package, nevra, &mut outcomes)).collect();
            scriptlets = Some(lists?.into_iter().flatten().collect());
        }
        packages = options.packages.then(|| installed.into_iter().map(|(_, nevra)| nevra).collect());
    }
    Ok(InspectedArch {
        platform: format!("{}/{}", config.os, config.architecture),
        manifest: raw.digest().0,
        created: config.created,
        user: config.config.user,
        labels: config.config.labels,
        env: config.config.env,
        layers,
        packages,
        scriptlets,
        scriptlets_skipped,
    })
}

/// Annotations but the one that is shown in words.
fn shown(mut annotations: BTreeMap<String, String>) -> BTreeMap<String, String> {
    annotations.remove(outcomes::ANNOTATION);
    annotations
}

/// A package's scriptlets and triggers, in the header's order.
fn scriptlets_of(
    package: &Installed,
    nevra: &Nevra,
    outcomes: &mut Outcomes,
) -> Result<Vec<InspectedScriptlet>, Error> {
    let name = nevra.to_string();
    let all = package.header.scriptlets().map_err(|source| Error::Header { package: nevra.clone(), source })?;
    let one = |s: Scriptlet| InspectedScriptlet {
        package: nevra.clone(),
        kind: s.kind.directive(),
        outcome: outcomes.take(s.kind.directive(), &name),
        program: s.program.join(" "),
        on: s.conditions.into_iter().map(|c| c.name).collect(),
        line: s.body.as_deref().map(first_line).unwrap_or_default(),
    };
    Ok(all.into_iter().map(one).collect())
}

fn first_line(body: &str) -> String {
    let line = body.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.chars().take(SHOWN).collect()
}
