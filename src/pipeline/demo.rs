//! `drydock demo`: the whole trip inside one process, on packages the program makes itself.
//!
//! An entitled CDN that demands a client certificate, a registry, and a small Red Hat-like world stand in memory; a base image
//! is built from nothing and pushed, and the built-in driver toolkit is built on it, for two architectures.

use std::{
    collections::BTreeMap,
    fs, io,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Error, build,
    options::{BuildOptions, DemoOptions, Destination, Entitlement, ProxyOptions, RecipeOptions, SessionOptions},
    report::DemoReport,
};
use crate::{
    recipe::{Overrides, Recipe},
    terms::{Events, Secret},
    testbed::{Authority, Registry, World, registry::Manners, server::Speaks, tls::Validity, world},
};

/// The name the registry goes by. It ends up in annotations, so it must not be an address with today's port: requests for it
/// reach the registry as their proxy.
const HOST: &str = "registry.example";

/// When the demo's certificates are looked at: they are valid from 2020 on.
const NOW: u64 = 1_600_000_000;

/// The open places of a demo. Servers end with it, and the directory goes.
struct Stage {
    cdn: crate::testbed::Cdn,
    registry: Registry,
    directory: tempfile::TempDir,
}

/// Builds the driver toolkit in memory's world and leaves an OCI layout.
pub fn demo(options: &DemoOptions, events: Arc<dyn Events>) -> Result<DemoReport, Error> {
    let failed = |source| Error::Write { path: options.directory.clone(), source };
    let stage = Stage::set(&options.directory).map_err(failed)?;
    let base = stage.base(options.jobs, &events)?;
    let recipe = Recipe::built_in("driver-toolkit").expect("it is built in")?;
    let overrides = Overrides {
        base: Some(format!("{HOST}/ubi8/ubi@{base}")),
        kernel: Some(world::KERNEL.to_owned()),
        rhel: Some(world::RELEASEVER.to_owned()),
        tags: vec![format!("{HOST}/driver-toolkit:{}", world::KERNEL)],
        ..Overrides::default()
    };
    let destinations = vec![Destination::Layout(options.directory.clone()), Destination::Tags];
    let build = stage.build(recipe, overrides, destinations, options.jobs, events)?;
    Ok(DemoReport { directory: options.directory.clone(), build })
}

impl Stage {
    fn set(destination: &Path) -> io::Result<Self> {
        let parent = match destination.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent)?;
        let directory = tempfile::Builder::new().prefix(".drydock-demo-").tempdir_in(parent)?;
        let authority = Authority::new("drydock demo");
        let client = authority.entitlement(1, Validity::Now, &World::shared().content_sets());
        let file = |name: &str, bytes: &[u8]| fs::write(directory.path().join(name), bytes);
        file("client.pem", client.certificate.as_bytes())?;
        file("client-key.pem", client.key.as_bytes())?;
        file("ca.pem", authority.certificate().as_bytes())?;
        file("keys.asc", world::trusted_keys().as_bytes())?;
        let cdn = World::shared().entitled_cdn(&authority)?;
        let registry = Registry::start(Manners::open(), Speaks::Http)?;
        Ok(Self { cdn, registry, directory })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The CDN's repositories by URL; variables are expanded per architecture.
    fn repositories(&self) -> Vec<(String, String)> {
        let url = |repo: &str| format!("{}/content/dist/rhel8/$releasever/$basearch/{repo}/os", self.cdn.url());
        ["baseos", "appstream"].map(|repo| (repo.to_owned(), url(repo))).to_vec()
    }

    /// A base image from nothing but packages, pushed to the registry; the digest of its index.
    fn base(&self, jobs: NonZeroUsize, events: &Arc<dyn Events>) -> Result<crate::terms::Digest, Error> {
        let mut packages: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for arch in world::ARCHES {
            let names = World::shared().base(arch).iter().map(|p| p.spec.nevra.to_string()).collect();
            packages.insert(arch.rpm(), names);
        }
        let list = |arch: &str| packages[arch].iter().map(|n| format!("{n:?}")).collect::<Vec<_>>().join(", ");
        let text = format!(
            "[image]\nbase = \"none\"\narches = [\"x86_64\", \"aarch64\"]\n[vars]\nreleasever = \"{}\"\n\
             [packages]\ninstall = []\nbest = false\n[packages.arch.x86_64]\ninstall = [{}]\n[packages.arch.aarch64]\ninstall = [{}]\n",
            world::RELEASEVER,
            list("x86_64"),
            list("aarch64"),
        );
        let recipe = Recipe::parse("the demo's base", &text, Path::new("."))?;
        let overrides = Overrides {
            repos: self.repositories(),
            tags: vec![format!("{HOST}/ubi8/ubi:8.4")],
            ..Overrides::default()
        };
        let report = self.build(recipe, overrides, vec![Destination::Tags], jobs, Arc::clone(events))?;
        Ok(report.digest.expect("a build that did something has a digest"))
    }

    fn build(
        &self,
        recipe: Recipe,
        overrides: Overrides,
        destinations: Vec<Destination>,
        jobs: NonZeroUsize,
        events: Arc<dyn Events>,
    ) -> Result<super::report::BuildReport, Error> {
        let options = BuildOptions {
            session: self.session(jobs),
            lock: self.file(if destinations.len() > 1 { "toolkit.lock" } else { "base.lock" }),
            recipe: RecipeOptions { recipe, overrides, repo_files: Vec::new() },
            locked: false,
            compression: None,
            scriptlets: true,
            strict_scriptlets: false,
            destinations,
            if_missing: false,
        };
        build(&options, events)
    }

    fn session(&self, jobs: NonZeroUsize) -> SessionOptions {
        SessionOptions {
            cache: self.file("cache"),
            offline: false,
            jobs,
            plain_http: vec![HOST.to_owned()],
            authfile: None,
            authfile_candidates: Vec::new(),
            entitlement: vec![Entitlement::Certificate {
                cert: self.file("client.pem"),
                key: Some(self.file("client-key.pem")),
            }],
            host_root: self.directory.path().to_owned(),
            cdn: Some(self.cdn.url()),
            rhsm_server: None,
            policy: None,
            policy_candidates: Vec::new(),
            registries_d: Vec::new(),
            crypto_policy: None,
            registration: None,
            state: self.directory.path().join("state"),
            now: NOW,
            cacerts: vec![self.file("ca.pem")],
            system_bundle: None,
            gpgkeys: vec![self.file("keys.asc").display().to_string()],
            no_gpgcheck: false,
            proxy: ProxyOptions { http: Some(Secret::new(self.registry.url())), ..ProxyOptions::default() },
            epoch: None,
        }
    }
}
