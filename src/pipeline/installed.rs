//! Installed packages as the resolver sees them: rpm headers into a catalog.

use super::Error;
use crate::{
    formats::{
        repodata::{Catalog, FileKind, PackageRecord, Relation, Sense},
        rpm::{self, Header, Tag, sense},
    },
    rpmdb::Installed,
    terms::{Evr, Nevra},
};

/// The kinds of relation, in both modules' words.
const RELATIONS: [(rpm::Relation, Relation); 8] = [
    (rpm::Relation::Provides, Relation::Provides),
    (rpm::Relation::Requires, Relation::Requires),
    (rpm::Relation::Conflicts, Relation::Conflicts),
    (rpm::Relation::Obsoletes, Relation::Obsoletes),
    (rpm::Relation::Recommends, Relation::Recommends),
    (rpm::Relation::Suggests, Relation::Suggests),
    (rpm::Relation::Supplements, Relation::Supplements),
    (rpm::Relation::Enhances, Relation::Enhances),
];

/// A catalog of the packages of a database, with all their paths.
pub(super) fn catalog<'a>(packages: impl Iterator<Item = (&'a Installed, Nevra)>) -> Result<Catalog, Error> {
    // libsolv numbers them as rpm's index of names does, and numbers break ties.
    let mut packages: Vec<_> = packages.collect();
    packages.sort_by(|a, b| (&a.1.name, a.0.instance).cmp(&(&b.1.name, b.0.instance)));
    let mut builder = Catalog::builder();
    for (package, nevra) in packages {
        let record = record(&package.header, &nevra)?;
        builder
            .push(&record)
            .map_err(|source| Error::Repos(crate::repos::Error::Metadata { repo: "@installed".to_owned(), source }))?;
    }
    Ok(builder.finish())
}

fn record(header: &Header, nevra: &Nevra) -> Result<PackageRecord, Error> {
    let failed = |source| Error::Header { package: nevra.clone(), source };
    let mut deps = Vec::new();
    for (theirs, ours) in RELATIONS {
        for d in header.dependencies(theirs).map_err(failed)? {
            let evr = d.evr.parse::<Evr>().unwrap_or_default();
            let sense_of = if d.evr.is_empty() { Sense::ANY } else { Sense::from_rpm(d.flags) };
            let pre = d.flags & (sense::SCRIPT_PRE | sense::SCRIPT_POST | sense::PREREQ) != 0;
            deps.push((ours, d.name, sense_of, evr, pre));
        }
    }
    let kind = |f: &rpm::FileEntry| match () {
        () if f.is_ghost() => FileKind::Ghost,
        () if f.is_dir() => FileKind::Dir,
        () => FileKind::File,
    };
    let files = header.files().map_err(failed)?;
    let text = |tag| header.text(tag).unwrap_or_default().to_owned();
    Ok(PackageRecord {
        name: nevra.name.clone(),
        evr: nevra.evr.clone(),
        arch: nevra.arch.clone(),
        vendor: text(Tag::VENDOR),
        source_rpm: text(Tag::SOURCERPM),
        location: String::new(),
        base: String::new(),
        size: 0,
        installed_size: 0,
        build_time: header.u32(Tag::BUILDTIME).unwrap_or_default(),
        file_time: 0,
        checksum: None,
        deps,
        files: files.iter().map(|f| (f.display(), kind(f))).collect(),
    })
}
