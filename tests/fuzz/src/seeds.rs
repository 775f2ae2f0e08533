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
        "module" => [Arch::X86_64, Arch::S390x].into_iter().flat_map(modules).collect(),
        "ndb" => vec![database(Backend::Ndb)],
        "package" => packages().into_iter().map(|p| p.bytes.to_vec()).collect(),
        "primary" | "filelists" => metadata(target),
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
