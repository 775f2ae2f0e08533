//! Whether the base image is signed as the signature policy wants, before anything of it is used.

use std::path::PathBuf;

use super::{Error, Session, session::read_local};
use crate::{
    formats::{
        oci::{Document, Reference},
        openpgp::Keyring,
    },
    net::{self, Identity},
    registry::policy::{
        COSIGN_ANNOTATION, COSIGN_MEDIA_TYPE, Keys, Lookasides, Match, Policy, PolicyError, Refusal, Requirement,
        cosign, cosign_tag, simple,
    },
    terms::{Digest, Hasher},
};

/// A manifest has a few signatures; more are not looked at.
const MOST: usize = 32;
/// A signature is some hundred bytes to a few KiB.
const LARGEST: u64 = 4 << 20;

/// The policy that counts: the one that was named, else the user's, else the system's.
fn policy(session: &Session) -> Result<Option<Policy>, Error> {
    let named = session.options.policy.clone();
    let Some(path) = named.or_else(|| session.options.policy_candidates.iter().find(|p| p.is_file()).cloned()) else {
        return Ok(None);
    };
    Ok(Some(Policy::parse(&path.display().to_string(), &read_local(&path)?)?))
}

/// That an image may be used: of its index and its manifest, one has to be signed as every requirement wants.
///
/// # Errors
/// The policy does not take it; or does not read.
pub(super) fn check(session: &Session, image: &Reference, digests: &[Digest]) -> Result<(), Error> {
    let Some(policy) = policy(session)? else { return Ok(()) };
    let (scope, requirements) = policy.requirements(image);
    for requirement in requirements {
        let (keys, identity, kind) = match requirement {
            Requirement::Anything => continue,
            Requirement::SignedBy { keys, identity } => (keys, identity, "signedBy"),
            Requirement::SigstoreSigned { keys, identity } => (keys, identity, "sigstoreSigned"),
            _ => return Err(PolicyError::Rejected { name: policy.name().to_owned(), scope }.into()),
        };
        let keys = bytes_of(keys)?;
        let wanted = Wanted { session, image, identity, keys: &keys };
        // What was signed once stays so: nobody is asked again, and offline nobody can be.
        let fact = wanted.fact(kind, digests);
        if session.store.recall("signed", &fact).is_some() {
            continue;
        }
        let found = match kind {
            "signedBy" => wanted.simple(digests)?,
            _ => wanted.sigstore(digests)?,
        };
        if let Err(source) = found {
            let (image, name) = (image.to_string(), policy.name().to_owned());
            return Err(PolicyError::Unsigned { image, name, kind, source }.into());
        }
        session.store.remember("signed", &fact, b"signed").ok();
    }
    Ok(())
}

/// A key of the policy: its file's name and its bytes.
type Key = (String, Vec<u8>);

fn bytes_of(keys: &Keys) -> Result<Vec<Key>, Error> {
    let mut out = Vec::new();
    for path in &keys.paths {
        out.push((path.display().to_string(), read_local(path)?));
    }
    out.extend(keys.data.iter().map(|data| ("keyData".to_owned(), data.clone())));
    Ok(out)
}

struct Wanted<'a> {
    session: &'a Session,
    image: &'a Reference,
    identity: &'a Match,
    keys: &'a [Key],
}

/// Whether one of the signatures holds; else what is wrong with the last, if there is any.
type Found = Result<(), Option<Refusal>>;

impl Wanted<'_> {
    /// Changes with everything that decides.
    fn fact(&self, kind: &str, digests: &[Digest]) -> Digest {
        let mut hasher = Hasher::new();
        let mut add = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        add(kind.as_bytes());
        add(self.image.to_string().as_bytes());
        add(format!("{:?}", self.identity).as_bytes());
        digests.iter().for_each(|d| add(d.to_string().as_bytes()));
        self.keys.iter().for_each(|(_, key)| add(key));
        hasher.finish()
    }

    fn simple(&self, digests: &[Digest]) -> Result<Found, Error> {
        let mut ring = Keyring::default();
        for (name, bytes) in self.keys {
            let key = |source| PolicyError::Key { name: name.clone(), source };
            ring.extend(Keyring::parse(bytes).map_err(key)?);
        }
        let lookasides = lookasides(&self.session.options.registries_d);
        let mut refused = None;
        for &digest in digests {
            for n in 1..=MOST {
                let address = lookasides.address(self.image, digest, n);
                let fetched =
                    self.session.wait(self.session.client.get_small(&address, &Identity::anonymous(), LARGEST));
                let message = match fetched {
                    Ok(message) => message,
                    Err(e) if is_absent(&e) => break,
                    Err(e) => return Err(e.into()),
                };
                let holds = simple(&message, &ring).and_then(|said| said.is_of(digest, self.image, self.identity));
                match holds {
                    Ok(()) => return Ok(Ok(())),
                    Err(e) => refused = Some(e),
                }
            }
        }
        Ok(Err(refused))
    }

    fn sigstore(&self, digests: &[Digest]) -> Result<Found, Error> {
        let keys: Vec<Vec<u8>> = self.keys.iter().map(|(_, bytes)| bytes.clone()).collect();
        if let Some((name, _)) = self.keys.iter().find(|(_, bytes)| !crate::registry::policy::is_sigstore_key(bytes)) {
            return Err(PolicyError::SigstoreKey { name: name.clone() }.into());
        }
        let mut refused = None;
        for &digest in digests {
            let (host, repository) = (self.image.host.clone(), self.image.repository.clone());
            let tag = Some(cosign_tag(digest));
            let place = Reference { host, repository, tag, digest: None };
            if self.session.wait(self.session.registry.digest_of(&place))?.is_none() {
                continue;
            }
            let (_, document) = self.session.wait(self.session.registry.read(&place))?;
            let Document::Manifest(manifest) = document else { continue };
            let layers = manifest.layers.iter().filter(|l| l.media_type.to_string() == COSIGN_MEDIA_TYPE);
            for layer in layers.filter(|l| l.size <= LARGEST).take(MOST) {
                let Some(signature) = layer.annotations.get(COSIGN_ANNOTATION) else { continue };
                let (registry, store) = (&self.session.registry, &self.session.store);
                let blob = self.session.wait(registry.blob(&place.host, &place.repository, layer, store))?;
                let holds = cosign(&blob.read(LARGEST)?, signature, &keys)
                    .and_then(|said| said.is_of(digest, self.image, self.identity));
                match holds {
                    Ok(()) => return Ok(Ok(())),
                    Err(e) => refused = Some(e),
                }
            }
        }
        Ok(Err(refused))
    }
}

fn is_absent(error: &net::Error) -> bool {
    match error {
        net::Error::Status { status, .. } => matches!(status, 403 | 404 | 410),
        net::Error::File { source, .. } => source.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    }
}

/// The files of the first directory that is there, in the order of their names.
fn lookasides(directories: &[PathBuf]) -> Lookasides {
    let mut out = Lookasides::default();
    let Some(directory) = directories.iter().find(|d| d.is_dir()) else { return out };
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(directory).into_iter().flatten().flatten().map(|e| e.path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "yaml"));
    files.sort();
    for file in files {
        out.add(&String::from_utf8_lossy(&read_local(&file).unwrap_or_default()));
    }
    out
}
