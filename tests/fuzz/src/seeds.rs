//! Where each target starts from: small sound inputs, made by the testbed. Kept in the build directory, not in the repository.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use drydock::{
    formats::{compression::Codec, rpm::PackageHead},
    rpmdb::{Backend, Change, InstallFacts, installed_header},
    terms::Arch,
    testbed::{Key, Kind, Made, MadeFile, Repo, SignatureVersion, Spec, World, image, make},
};

const MODULES: &str = "---\ndocument: modulemd\nversion: 2\ndata:\n  name: perl\n  stream: 5.30\n  version: 80\n  context: 466ea64f\n  arch: x86_64\n  \
dependencies:\n  - requires: {platform: [el8], other: [], third: [-1]}\n  profiles:\n    common: {rpms: [perl]}\n  artifacts:\n    rpms:\n    - perl-4:5.30.1-452.x86_64\n...\n\
---\ndocument: modulemd-defaults\nversion: 1\ndata:\n  module: perl\n  stream: \"5.30\"\n  profiles:\n    5.30: [common]\n...\n";

const COMPS: &str = "<comps><group><id>core</id><name>Core</name><packagelist><packagereq type=\"conditional\" requires=\"b\">a</packagereq></packagelist>\
</group><environment><id>e</id><grouplist><groupid>core</groupid></grouplist><optionlist/></environment></comps>";

const METALINK: &str = "<?xml version=\"1.0\"?><metalink xmlns:mm0=\"x\"><files><file name=\"repomd.xml\"><mm0:timestamp>1</mm0:timestamp><size>3</size>\
<verification><hash type=\"md5\">900150983cd24fb0d6963f7d28e17f72</hash></verification><mm0:alternates><mm0:alternate><verification>\
<hash type=\"sha1\">a9993e364706816aba3e25717850c26c9cd0d89d</hash></verification></mm0:alternate></mm0:alternates><resources>\
<url protocol=\"https\" preference=\"9\">https://h/r/repodata/repomd.xml</url></resources></file></files></metalink>";

const UPDATEINFO: &str = "<updates><update type=\"security\" from=\"x\"><id>SA-1</id><severity>Low</severity><references><reference type=\"cve\" id=\"CVE-1\"/>\
<reference type=\"bugzilla\" id=\"1\"/></references><pkglist><collection><module name=\"m\" stream=\"1\" context=\"c\"/><package name=\"a\" epoch=\"1\" \
version=\"1\" release=\"1\" arch=\"noarch\"/></collection></pkglist></update></updates>";

/// Writes the seeds of one target into `dir`.
pub fn write(target: &str, dir: &Path) -> io::Result<()> {
    for (number, seed) in of(target).into_iter().enumerate() {
        fs::write(dir.join(format!("seed-{number}")), seed)?;
    }
    Ok(())
}

fn of(target: &str) -> Vec<Vec<u8>> {
    match target {
        "bdb" => vec![database(Backend::BerkeleyDb)],
        "elf" => ["libdl.so.2", "libpthread.so.0", "libgcc_s.so.1"]
            .iter()
            .filter_map(|name| fs::read(format!("/lib/x86_64-linux-gnu/{name}")).ok())
            .collect(),
        "lua" | "shell" => cases(target),
        "text" => TEXTS.iter().map(|text| text.as_bytes().to_vec()).collect(),
        "module" => [Arch::X86_64, Arch::S390x].into_iter().flat_map(modules).collect(),
        "modules" => vec![MODULES.as_bytes().to_vec()],
        "comps" => vec![COMPS.as_bytes().to_vec()],
        "ndb" => vec![database(Backend::Ndb)],
        "package" => packages().into_iter().map(|p| p.bytes.to_vec()).collect(),
        "primary" | "filelists" | "repomd" => metadata(target),
        "metalink" => vec![METALINK.as_bytes().to_vec()],
        "updateinfo" => vec![UPDATEINFO.as_bytes().to_vec()],
        "tar" => vec![image::layer_of(&packages(), &[])],
        "openpgp" => {
            let signature = Key::Testbed.sign(SignatureVersion::V4, b"data");
            vec![[Key::Testbed.public_armored().as_bytes(), &signature].concat()]
        }
        "rich" => {
            ["(a and b >= 1.0-1)", "(a if (b or c) else d)", "(a with b < 2 with c)", "((a unless b) or (c without d))"]
                .map(|s| s.as_bytes().to_vec())
                .to_vec()
        }
        _ => Vec::new(),
    }
}

/// What the conformance checks run: `tests/conformance/shell` and `lua`.
fn cases(kind: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance").join(kind);
    let mut paths: Vec<_> = fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().filter_map(|path| fs::read(path).ok()).filter(|text| text.len() < 4096).collect()
}

/// The digit in front chooses the program.
const TEXTS: &[&str] = &[
    "0s/a\\(b*\\)/\\1x&/g;/^#/d;$!N;P;D",
    "0:a;s/^\\(.*\\)=/\\1:/;ta;y/abc/xyz/;w /tmp/out\ni\\\nline",
    "1s/([a-z]+) *= *\"(.*)\"/\\2/p;/name/,$p",
    "2BEGIN { FS = \":\" } NR > 1 && $3 ~ /^[0-9]+$/ { n[$1] += $3; printf \"%-5s|%d\\n\", $1, length($2) } END { for (k in n) print k }",
    "2function f(x) { return x > 0 ? f(x - 1) : split(\"a,b\", t, /,/) } { print f(3), substr($0, 2), gsub(/[aeiou]/, \"<&>\") }",
    "3^\\(a\\|b\\)*\\1[[:alpha:]]\\{1,3\\}$",
    "4(a|ab)(c|bcd)(d*)|x{2,5}?$",
    "5(?i)\\bna(?=me)\\w+(?<!x)\\s",
    "6\\([a-z]*\\)=1",
    "7-name *.c -o ( -type f -size +1k ! -path x/* ) -printf %p\\n",
];

/// The testbed's kernel modules, as packaged and decoded: of both byte orders.
fn modules(arch: Arch) -> Vec<Vec<u8>> {
    let files = World::shared().package(arch, "kernel-core").map(|p| p.spec.files.clone()).unwrap_or_default();
    let packed = files.into_iter().filter(|f| f.path.ends_with(".ko.xz")).filter_map(|f| match f.kind {
        Kind::File(bytes) => Some(bytes),
        _ => None,
    });
    let plain = |bytes: &Vec<u8>| {
        let mut plain = Vec::new();
        Codec::Xz.decoder(&bytes[..]).and_then(|mut d| d.read_to_end(&mut plain)).expect("sound xz");
        plain
    };
    packed.flat_map(|bytes| [plain(&bytes), bytes]).collect()
}

fn packages() -> Vec<Made> {
    let spec = Spec {
        files: vec![
            MadeFile::dir("/usr/lib/seed"),
            MadeFile::program("/usr/bin/seed", "#!/bin/sh\n"),
            MadeFile::file("/etc/seed.conf", "x=1\n").noreplace(),
            MadeFile::symlink("/usr/lib/seed/link", "../seed"),
            MadeFile::file("/usr/lib/seed/a", "one").linked("set"),
            MadeFile::file("/usr/lib/seed/b", "one").linked("set"),
            MadeFile::ghost("/var/log/seed"),
        ],
        ..Spec::new("seed-1.0-1.x86_64")
    };
    vec![make(&spec)]
}

fn database(backend: Backend) -> Vec<u8> {
    let mut change = Change::new(Arch::X86_64);
    for package in packages() {
        let head = PackageHead::read(&mut &package.bytes[..]).expect("a sound package");
        let files = head.main.files().expect("sound files").len();
        let facts = InstallFacts { time: 1, tid: 1, color: 3, file_states: vec![0; files] };
        change.add.push(installed_header(&head, &facts).expect("an installed header"));
    }
    let written = backend.write(None, &change).expect("a database");
    written.files.into_iter().find(|(name, _)| name == backend.file()).expect("its main file").1
}

fn metadata(kind: &str) -> Vec<Vec<u8>> {
    let tree = Repo::new(packages()).codec(drydock::formats::compression::Codec::None).tree();
    tree.into_iter().filter(|(name, _)| name.contains(kind)).map(|(_, bytes)| bytes.to_vec()).collect()
}
