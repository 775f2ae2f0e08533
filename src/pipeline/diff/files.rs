//! Files of both images: contents that can differ are hashed while their layers go by, then the trees are compared.

use std::{
    collections::BTreeSet,
    io::BufReader,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::{
    formats::compression::sniffing_decoder,
    pipeline::{
        Error, Session,
        base::Base,
        report::{ChangeKind, FileDiff, ValueDiff},
    },
    rootfs::{
        compare::{self, Aspect, Change, Difference, Digests, Entries, Links, Side},
        dump,
        overlay::{self, OverlayError},
    },
    terms::{DiffId, Digest},
};

/// Every difference of the files.
pub(super) fn compare(session: &Session, a: &Base, b: &Base, times: bool) -> Result<Vec<FileDiff>, Error> {
    let [old, new] = [a, b].map(|base| Side { tree: &base.tree, layers: base.diff_ids() });
    let mut unsure = compare::unsure(old, new);
    let mut digests = Digests::new();
    for base in [a, b] {
        take_kept(base, &mut unsure, &mut digests);
    }
    let guard = session.stage("compare", a.name.clone(), unsure.len() as u64);
    hash(session, a, b, &unsure, &mut digests)?;
    drop(guard);
    Ok(compare::differences(old, new, &digests, times).into_iter().map(report).collect())
}

/// Contents that were kept when the tree was read need no second look at their layer.
fn take_kept(base: &Base, unsure: &mut Entries, digests: &mut Digests) {
    for ((layer, entry), bytes) in &base.kept {
        let Some(id) = base.diff_ids().get(*layer as usize) else { continue };
        if unsure.get_mut(id).is_some_and(|entries| entries.remove(entry)) {
            digests.insert((*id, *entry), Digest::of(bytes));
        }
    }
    unsure.retain(|_, entries| !entries.is_empty());
}

/// Reads each layer that has something to hash, once, on all cores.
fn hash(session: &Session, a: &Base, b: &Base, unsure: &Entries, digests: &mut Digests) -> Result<(), Error> {
    let work: Vec<(&DiffId, &BTreeSet<u32>)> = unsure.iter().collect();
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    let worker = || {
        while let Some((id, wanted)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
            let found = of_layer(a, b, id, wanted);
            results.lock().expect("no worker panics with it").push((**id, found));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..session.options.jobs.get().min(work.len()) {
            scope.spawn(worker);
        }
    });
    let mut results = results.into_inner().expect("no worker panics with it");
    results.sort_by_key(|(id, _)| *id);
    for (id, found) in results {
        digests.extend(found?.into_iter().map(|(entry, digest)| ((id, entry), digest)));
    }
    Ok(())
}

/// Digests of entries of a layer that one of the images has.
fn of_layer(
    a: &Base,
    b: &Base,
    id: &DiffId,
    wanted: &BTreeSet<u32>,
) -> Result<std::collections::BTreeMap<u32, Digest>, Error> {
    let place = |base: &'_ Base| base.diff_ids().iter().position(|d| d == id);
    let (base, at) = match place(a) {
        Some(at) => (a, at),
        None => (b, place(b).expect("entries to hash are of layers of one of the two")),
    };
    let failed = |source| Error::BaseLayer { number: at + 1, image: base.name.clone(), source };
    let reader = BufReader::with_capacity(256 << 10, base.blobs[at].open()?);
    let stream = sniffing_decoder(reader).map_err(|e| failed(OverlayError::Tar(e.into())))?;
    overlay::digests(stream, wanted).map_err(failed)
}

fn report(difference: Difference) -> FileDiff {
    let path = format!("/{}", dump::readable(difference.path.as_bytes()));
    let (change, kind, aspects) = match difference.change {
        Change::Added(kind) => (ChangeKind::Added, kind, Vec::new()),
        Change::Removed(kind) => (ChangeKind::Removed, kind, Vec::new()),
        Change::Changed(kind, aspects) => (ChangeKind::Changed, kind, aspects.into_iter().map(aspect).collect()),
    };
    FileDiff { path, change, kind, aspects }
}

fn aspect(aspect: Aspect) -> ValueDiff {
    let (name, a, b) = match aspect {
        Aspect::Type(a, b) => ("type", a.to_owned(), b.to_owned()),
        Aspect::Mode(a, b) => ("mode", format!("{a:04o}"), format!("{b:04o}")),
        Aspect::Owner(a, b) => ("owner", a.to_string(), b.to_string()),
        Aspect::Group(a, b) => ("group", a.to_string(), b.to_string()),
        Aspect::Size(a, b) => ("size", a.to_string(), b.to_string()),
        Aspect::Target(a, b) => ("target", dump::readable(&a), dump::readable(&b)),
        Aspect::Device(a, b) => ("device", format!("{}:{}", a.0, a.1), format!("{}:{}", b.0, b.1)),
        Aspect::Links(a, b) => ("hardlinks", names(&a), names(&b)),
        Aspect::Time(a, b) => ("mtime", a.to_string(), b.to_string()),
        Aspect::Content(a, b) => {
            let text = |digest: Option<Digest>| digest.map(|d| d.to_string());
            return ValueDiff { name: "content".into(), a: text(a), b: text(b) };
        }
        Aspect::Attribute(name, a, b) => {
            let name = format!("xattr {}", dump::readable(name.as_bytes()));
            return ValueDiff { name, a: a.map(hex::encode), b: b.map(hex::encode) };
        }
    };
    ValueDiff { name: name.to_owned(), a: Some(a), b: Some(b) }
}

/// A set of hardlinks in a line.
fn names(links: &Links) -> String {
    let mut text: Vec<String> = links.names.iter().map(|p| format!("/{}", dump::readable(p.as_bytes()))).collect();
    if links.count > links.names.len() {
        text.push(format!("and {} more", links.count - links.names.len()));
    }
    text.join(" ")
}
