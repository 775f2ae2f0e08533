//! Servers, files and the program: where each test stands.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, LazyLock, OnceLock},
    time::{Duration, Instant},
};

use bytes::Bytes;
use drydock::{
    terms::{Arch, Digest},
    testbed::{
        Authority, Cdn, Made, Registry, Repo, Spec, World, make,
        registry::Manners,
        repo::Tree,
        server::Speaks,
        tls::{ClientPair, Validity},
        world,
    },
};

/// The name registries go by: requests for it reach today's port as a proxy, so that digests do not hold a port.
pub(crate) const HOST: &str = "registry.example";
/// Where the base image lies in every registry.
pub(crate) const BASE_REPOSITORY: &str = "ubi8/ubi";
/// Where tests push to.
pub(crate) const MADE: &str = "made";
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_drydock");
/// No child takes longer than this; one that does has hung.
const PATIENCE: Duration = Duration::from_secs(120);

/// One test's own network, registry and directory. All of it ends with the value.
pub(crate) struct Site {
    pub(crate) cdn: Cdn,
    pub(crate) registry: Registry,
    pub(crate) authority: Arc<Authority>,
    pub(crate) client: ClientPair,
    directory: tempfile::TempDir,
}

/// What a run of the program left.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The exit code; a signal's number, negative.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The program with arguments, not yet run.
pub(crate) struct Call<'a> {
    site: &'a Site,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    /// Shell words before the program's name: `ulimit -f 1;`.
    shell: Option<String>,
    directory: PathBuf,
}

/// The base image's blobs and documents: built once, by the program, from nothing but packages.
struct BaseImage {
    digest: Digest,
    blobs: Vec<Bytes>,
    documents: Vec<(String, Bytes)>,
}

static BASE: LazyLock<BaseImage> = LazyLock::new(|| {
    let site = Site::bare(Manners::open(), false);
    let list = |arch| {
        let quoted = |p: &Made| format!("{:?}", p.spec.nevra.to_string());
        World::shared().base(arch).iter().map(quoted).collect::<Vec<_>>().join(", ")
    };
    let recipe = format!(
        "[image]\nbase = \"none\"\narches = [\"x86_64\", \"aarch64\"]\ntags = [\"{HOST}/{BASE_REPOSITORY}:8.4\"]\n\
         [vars]\nreleasever = \"8.4\"\n[packages]\ndocs = true\nbest = false\ninstall = []\n\
         [packages.arch.x86_64]\ninstall = [{}]\n[packages.arch.aarch64]\ninstall = [{}]\n",
        list(Arch::X86_64),
        list(Arch::Aarch64),
    );
    fs::write(site.path("base.toml"), recipe).expect("a file");
    let call = site.drydock(&["build", "base.toml", "--push", "--lock", "base.lock"]).with_repositories(&["baseos"]);
    let digest: Digest = call.done().digest();
    let blobs = site.registry.blobs(BASE_REPOSITORY);
    let blob = |d: &Digest| site.registry.blob(BASE_REPOSITORY, *d).expect("it is listed");
    let (kind, index) = site.registry.manifest(BASE_REPOSITORY, &digest.to_string()).expect("just pushed");
    let mut documents = Vec::new();
    let parsed: serde_json::Value = serde_json::from_slice(&index).expect("an index");
    for entry in parsed["manifests"].as_array().expect("manifests") {
        let name = entry["digest"].as_str().expect("a digest");
        documents.push(site.registry.manifest(BASE_REPOSITORY, name).expect("the index names it"));
    }
    documents.push((kind, index));
    BaseImage { digest, blobs: blobs.iter().map(blob).collect(), documents }
});

/// The world's files, laid out once.
fn tree() -> Tree {
    static TREE: OnceLock<Tree> = OnceLock::new();
    TREE.get_or_init(|| World::shared().tree()).clone()
}

impl Site {
    /// An entitled network with the whole world, and an open registry with the base image.
    pub(crate) fn new() -> Self {
        Self::bare(Manners::open(), true)
    }

    /// The same with a registry of other manners.
    pub(crate) fn with(manners: Manners) -> Self {
        Self::bare(manners, true)
    }

    fn bare(manners: Manners, base: bool) -> Self {
        let authority = Arc::new(Authority::new("drydock tests"));
        let client = authority.entitlement(1, Validity::Now, &World::shared().content_sets());
        let cdn = Cdn::start(tree(), Speaks::MutualTls(&authority)).expect("a port");
        let registry = Registry::start(manners, Speaks::Http).expect("a port");
        let directory = tempfile::tempdir().expect("a directory");
        let site = Self { cdn, registry, authority, client, directory };
        site.write("client.pem", &site.client.certificate);
        site.write("client-key.pem", &site.client.key);
        site.write("ca.pem", site.authority.certificate());
        site.write("keys.asc", world::trusted_keys());
        fs::create_dir(site.path("out")).expect("a directory");
        if base {
            site.stock();
        }
        site
    }

    /// Puts the base image into the registry.
    fn stock(&self) {
        for blob in &BASE.blobs {
            self.registry.put_blob(BASE_REPOSITORY, blob.clone());
        }
        for (kind, bytes) in &BASE.documents {
            self.registry.put_manifest(BASE_REPOSITORY, Some("8.4"), kind, bytes.clone());
        }
    }

    /// A path in this site's directory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it is below the directory")).expect("a directory");
        fs::write(path, bytes).expect("a file");
    }

    /// Packages as a repository of the network, under `name`; its URL.
    pub(crate) fn repository(&self, name: &str, packages: &[Made]) -> String {
        self.offer(name, &Repo::new(packages.iter().cloned()))
    }

    /// A repository of the network, under `name`; its URL.
    pub(crate) fn offer(&self, name: &str, repository: &Repo) -> String {
        for (path, bytes) in repository.tree() {
            self.cdn.put(&format!("{name}/{path}"), bytes);
        }
        format!("{}/{name}", self.cdn.url())
    }

    /// Writes `recipe.toml` for x86_64 with these packages, quoted and separated by commas, and more TOML after them.
    pub(crate) fn recipe(&self, install: &str, more: &str) {
        let text = format!(
            "[image]\nbase = \"{}\"\narches = [\"x86_64\"]\n[packages]\ninstall = [{install}]\n{more}",
            self.base()
        );
        self.write("recipe.toml", text);
    }

    /// The base image, pinned.
    pub(crate) fn base(&self) -> String {
        format!("{HOST}/{BASE_REPOSITORY}@{}", BASE.digest)
    }

    /// The program with these arguments and what every run has: a cache, the certificates, the registry.
    pub(crate) fn drydock(&self, arguments: &[&str]) -> Call<'_> {
        let variables = [
            ("HOME", self.path("home").display().to_string()),
            ("DRYDOCK_CACHE", self.path("cache").display().to_string()),
            ("http_proxy", self.registry.url()),
            ("PATH", std::env::var("PATH").unwrap_or_default()),
        ];
        let call = Call {
            site: self,
            arguments: arguments.iter().map(|&a| a.to_owned()).collect(),
            variables: variables.map(|(n, v)| (n.to_owned(), v)).into(),
            shell: None,
            directory: self.directory.path().to_owned(),
        };
        call.and(&["--plain-http", HOST, "--progress", "none"])
    }

    /// `drydock build recipe.toml` with the world's BaseOS, to `out/image`.
    pub(crate) fn build(&self) -> Call<'_> {
        self.drydock(&["build", "recipe.toml", "--oci", "out/image"]).with_repositories(&["baseos"])
    }

    /// As [`Site::build`] to every kind of destination, with the packages as one more repository.
    pub(crate) fn build_everywhere(&self, more: &[Made]) -> Call<'_> {
        let url = self.repository("more", more);
        let tag = format!("{HOST}/{MADE}:1");
        self.build()
            .and(&["--archive", "out/image.tar", "--push", "--tag", &tag])
            .and(&["--repo", &format!("more={url}")])
    }

    /// Packages the network has delivered, by file name, with how often they were asked for.
    pub(crate) fn delivered(&self) -> Vec<String> {
        let names = self.cdn.log().into_iter().filter(|seen| seen.path.ends_with(".rpm"));
        names.map(|seen| seen.path.rsplit('/').next().unwrap_or_default().to_owned()).collect()
    }

    /// What should not be there after a refusal: files at destinations, tags, temporary files of the cache.
    pub(crate) fn left_behind(&self) -> BTreeSet<String> {
        let mut found: BTreeSet<String> = files_below(&self.path("out")).into_iter().collect();
        found.extend(self.registry.tags(MADE).into_iter().map(|tag| format!("tag {tag}")));
        found.extend(files_below(&self.path("cache/temp")));
        found
    }

    /// The certificate of another authority's client, written as `name.pem` and `name-key.pem`.
    pub(crate) fn write_pair(&self, name: &str, pair: &ClientPair) {
        self.write(&format!("{name}.pem"), &pair.certificate);
        self.write(&format!("{name}-key.pem"), &pair.key);
    }
}

/// Every file and directory below a directory, by relative path.
pub(crate) fn files_below(dir: &Path) -> Vec<String> {
    let entries = walkdir::WalkDir::new(dir).sort_by_file_name().min_depth(1).into_iter().flatten();
    entries.map(|e| e.path().strip_prefix(dir).expect("it is below").display().to_string()).collect()
}

/// Makes packages.
pub(crate) fn made(specs: &[Spec]) -> Vec<Made> {
    specs.iter().map(make).collect()
}

impl Call<'_> {
    /// Further arguments.
    pub(crate) fn and(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|&a| a.to_owned()));
        self
    }

    /// The world's repositories and everything it takes to reach and believe them.
    pub(crate) fn with_repositories(self, names: &[&str]) -> Self {
        let url = |repo: &str| format!("{repo}={}/content/dist/rhel8/8.4/$basearch/{repo}/os", self.site.cdn.url());
        let repos: Vec<String> = names.iter().map(|name| url(name)).collect();
        let call = repos.iter().fold(self, |call, repo| call.and(&["--repo", repo]));
        call.and(&["--entitlement", "client.pem,client-key.pem", "--cacert", "ca.pem", "--gpgkey", "keys.asc"])
    }

    /// Takes an argument out, and its value.
    pub(crate) fn without(mut self, flag: &str) -> Self {
        while let Some(at) = self.arguments.iter().position(|a| a == flag) {
            self.arguments.drain(at..at + 2);
        }
        self
    }

    /// Takes a flag without a value out.
    pub(crate) fn without_flag(mut self, flag: &str) -> Self {
        self.arguments.retain(|a| a != flag);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(n, _)| n != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn env_remove(mut self, name: &str) -> Self {
        self.variables.retain(|(n, _)| n != name);
        self
    }

    /// Shell words to run first: `umask 077;`.
    pub(crate) fn after(mut self, shell: &str) -> Self {
        self.shell = Some(shell.to_owned());
        self
    }

    /// Runs in another directory.
    pub(crate) fn within(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = directory.into();
        self
    }

    fn command(&self) -> Command {
        let mut command = match &self.shell {
            None => Command::new(PROGRAM),
            Some(words) => {
                let mut sh = Command::new("sh");
                sh.args([OsStr::new("-c"), OsStr::new(&format!("{words} exec \"$0\" \"$@\"")), OsStr::new(PROGRAM)]);
                sh
            }
        };
        command.args(&self.arguments).current_dir(&self.directory).env_clear().stdin(Stdio::null());
        command.envs(self.variables.iter().map(|(n, v)| (n, v))).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Starts it and lets it run.
    pub(crate) fn start(&self) -> Child {
        self.command().spawn().expect("the program starts")
    }

    /// Runs it to its end.
    pub(crate) fn run(&self) -> Outcome {
        let output = self.command().output().expect("the program starts");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let status = output.status;
        Outcome {
            code: status.code().unwrap_or_else(|| -status.signal().unwrap_or(0)),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Runs it; it must succeed.
    pub(crate) fn done(&self) -> Outcome {
        let outcome = self.run();
        assert_eq!(outcome.code, 0, "{:?}\n{}\n{}", self.arguments, outcome.stdout, outcome.stderr);
        outcome
    }

    /// Runs it; it must end with this code and one error that names all of `nouns`, tell no secret, and leave nothing.
    pub(crate) fn refused(&self, code: i32, nouns: &[&str]) -> Outcome {
        let outcome = self.run();
        assert_eq!(outcome.code, code, "{:?}\n{}\n{}", self.arguments, outcome.stdout, outcome.stderr);
        let errors = outcome.stderr.lines().filter(|line| line.starts_with("error: ")).count();
        assert_eq!(errors, 1, "{}", outcome.stderr);
        for noun in nouns {
            assert!(outcome.stderr.contains(noun), "{noun:?} is missing in:\n{}", outcome.stderr);
        }
        let key = self.site.client.key.lines().nth(1).expect("a PEM block has lines");
        for secret in [key, "sesame"] {
            assert!(!outcome.stderr.contains(secret), "a secret was told:\n{}", outcome.stderr);
        }
        if let Some((_, hint)) = outcome.stderr.split_once("hint: ") {
            self.can_be_typed(hint);
        }
        let left = self.site.left_behind();
        assert!(left.is_empty(), "left behind: {left:?}\n{}", outcome.stderr);
        outcome
    }
}

impl Call<'_> {
    /// Whether flags and commands of a hint exist.
    fn can_be_typed(&self, hint: &str) {
        let help =
            |arguments: &[&str]| Command::new(PROGRAM).args(arguments).arg("--help").output().expect("it starts");
        let known =
            ["build", "lock", "resolve"].map(|verb| String::from_utf8_lossy(&help(&[verb]).stdout).into_owned());
        let words = hint.split(|c: char| c.is_whitespace() || "`,;:()=".contains(c));
        for flag in words.filter(|w| w.starts_with("--")) {
            assert!(known.iter().any(|text| text.contains(flag)), "there is no {flag}: {hint}");
        }
        for command in hint.split('`').skip(1).step_by(2).filter_map(|c| c.strip_prefix("drydock ")) {
            let verbs: Vec<&str> = command.split(' ').take_while(|w| !w.starts_with('-')).collect();
            assert!(help(&verbs).status.success(), "there is no {command}: {hint}");
        }
    }
}

impl Outcome {
    /// The digest that ends the text on standard output.
    pub(crate) fn digest(&self) -> Digest {
        let line = self.stdout.lines().next_back().unwrap_or_default();
        line.parse().unwrap_or_else(|_| panic!("no digest in {:?}\n{}", self.stdout, self.stderr))
    }

    /// The hint, which must be there.
    pub(crate) fn hint(&self) -> &str {
        let hint = self.stderr.split_once("hint: ").map(|(_, hint)| hint.trim());
        hint.unwrap_or_else(|| panic!("no hint in:\n{}", self.stderr))
    }
}

/// Waits until something holds.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Bytes that no compressor makes fewer, the same every time (xorshift).
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    };
    (0..length).map(next).collect()
}
