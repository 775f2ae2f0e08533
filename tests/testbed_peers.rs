//! What rpm and dnf think of the testbed's packages and repositories. Needs both on the machine, so it only runs when
//! asked: `cargo test --test testbed_peers -- --ignored`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use drydock::{
    formats::compression::Codec,
    terms::Arch,
    testbed::{
        Compression, Key, Kind, MadeFile, Repo, SignatureVersion, Spec, World, make,
        repo::Tree,
        spec::{Script, When},
        world::{KERNEL, RELEASEVER},
    },
};

/// A fresh directory under cargo's own.
fn fresh(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).expect("a directory");
    dir
}

fn write(dir: &Path, tree: &Tree) {
    for (path, bytes) in tree {
        let path = dir.join(path);
        fs::create_dir_all(path.parent().expect("not the root")).expect("a directory");
        fs::write(path, bytes).expect("a file");
    }
}

/// Standard output of a command that must succeed.
fn run(command: &mut Command) -> String {
    let output = command.output().expect("the command exists");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{out}\n{err}", output.status);
    out.into_owned() + &err
}

fn rpm(root: &Path) -> Command {
    let mut command = Command::new("rpm");
    command.arg("--root").arg(root).args(["--define", "_dbpath /var/lib/rpm"]);
    command
}

#[test]
#[ignore = "needs rpm"]
fn rpm_installs_every_kind_of_package() {
    let dir = fresh("rpm-kinds");
    let root = dir.join("root");
    fs::create_dir(&root).expect("a directory");
    for key in [Key::Testbed, Key::Rsa] {
        let path = dir.join(format!("{key:?}.asc"));
        fs::write(&path, key.public_armored()).expect("a file");
        run(rpm(&root).arg("--import").arg(&path));
    }
    let signers =
        [(Key::Rsa, SignatureVersion::V3), (Key::Rsa, SignatureVersion::V4), (Key::Testbed, SignatureVersion::V4)];
    for (i, compression) in Compression::ALL.into_iter().enumerate() {
        for stripped in [false, true] {
            let name = format!("kind{i}{}", if stripped { "-stripped" } else { "" });
            let (key, version) = signers[i % signers.len()];
            let mut spec = Spec::new(&format!("{name}-2:1-1.noarch"))
                .compression(compression)
                .signed(key, version)
                .file(MadeFile::dir(format!("/opt/{name}")))
                .files(["a", "b", "c"].map(|f| MadeFile::program(format!("/opt/{name}/{f}"), "linked\n").linked("set")))
                .file(MadeFile::symlink(format!("/opt/{name}/link"), "a"))
                .file(MadeFile::file(format!("/opt/{name}/conf"), "x\n").noreplace())
                .file(MadeFile::special(format!("/opt/{name}/null"), Kind::Character(1, 3), 0o666))
                // No Kind::Fifo: rpm 4.18 opens the pipe it has just made and waits for a writer for ever.
                .file(MadeFile::ghost(format!("/opt/{name}/ghost")))
                .script(Script::lua(When::Post, "return 0\n"));
            spec.stripped_archive = stripped;
            spec.old_digests = i == 1;
            let made = make(&spec);
            let path = dir.join(made.file_name());
            fs::write(&path, &made.bytes).expect("a file");
            let listing = run(Command::new("rpm").arg("-qpil").arg(&path));
            assert!(listing.contains(&format!("/opt/{name}/ghost")), "{listing}");
            let verdict = run(Command::new("rpmkeys")
                .arg("--root")
                .arg(&root)
                .args(["--define", "_dbpath /var/lib/rpm"])
                .arg("-Kv")
                .arg(&path));
            assert!(
                verdict.contains("ignature") && verdict.contains(": OK") && !verdict.contains("NOKEY"),
                "{verdict}"
            );
            run(rpm(&root).arg("-i").arg("--nodeps").arg(&path));
            assert_eq!(run(rpm(&root).arg("-V").arg("--nodeps").arg(format!("{name}-1-1"))), "");
        }
    }
}

#[test]
#[ignore = "needs dnf"]
fn dnf_installs_the_toolkit_of_the_world() {
    let dir = fresh("dnf-world");
    write(&dir, &World::shared().tree());
    let root = dir.join("root");
    for arch in [Arch::X86_64, Arch::Aarch64] {
        let mut dnf = Command::new("dnf");
        dnf.args(["-y", "--setopt=reposdir=/dev/null", "--setopt=plugins=0", "--setopt=install_weak_deps=0"]);
        dnf.args([
            "--setopt=gpgcheck=1",
            "--setopt=module_platform_id=platform:el8",
            "--setopt=tsflags=noscripts,test",
        ]);
        dnf.arg(format!("--installroot={}", root.display())).args([
            "--releasever",
            RELEASEVER,
            "--forcearch",
            arch.rpm(),
        ]);
        dnf.arg(format!("--setopt=cachedir={}", dir.join("cache").display()));
        for (name, _) in World::shared().repos(arch) {
            dnf.arg(format!("--repofrompath={name},{}", dir.join(World::path(arch, name)).display()));
            dnf.arg(format!("--setopt={name}.gpgkey=file://{}", dir.join("RPM-GPG-KEY-testbed").display()));
        }
        dnf.arg("install")
            .args(World::shared().base(arch).iter().map(|p| p.spec.nevra.name.clone()).filter(|n| n != "compat-make"));
        dnf.args(
            ["core", "devel", "headers", "modules", "modules-extra"].map(|part| format!("kernel-{part}-{KERNEL}")),
        );
        dnf.args([
            "gcc-c++-8.5.0-4.el8_5",
            "git",
            "make",
            "openssl",
            "rpm-build",
            "jq",
            "xz",
            "kmod",
            "binutils",
            "mokutil",
        ]);
        dnf.args([
            "kabi-dw",
            "kernel-abi-stablelists",
            "keyutils",
            "elfutils-libelf-devel",
            "diffutils",
            "flex",
            "bison",
        ]);
        dnf.args(["autoconf", "automake", "libtool", "kernel-rpm-macros"]);
        let said = run(&mut dnf);
        assert!(said.contains("kernel-core") && said.contains("perl-Git"), "{said}");
    }
}

#[test]
#[ignore = "needs dnf"]
fn dnf_reads_metadata_in_every_compression() {
    let dir = fresh("dnf-codecs");
    for codec in [Codec::Gzip, Codec::Xz, Codec::Zstd, Codec::Bzip2] {
        let repo = dir.join(codec.to_string());
        let packages = World::shared().repos(Arch::X86_64).flat_map(|(_, packages)| packages.iter().cloned());
        write(&repo, &Repo::new(packages).codec(codec).tree());
        let said = run(Command::new("dnf")
            .args(["--setopt=reposdir=/dev/null", "--setopt=plugins=0", "--forcearch", "x86_64", "-q"])
            .arg(format!("--setopt=cachedir={}", dir.join("cache").display()))
            .arg(format!("--installroot={}", dir.join("root").display()))
            .arg(format!("--repofrompath=t,{}", repo.display()))
            .args(["--releasever", RELEASEVER, "repoquery", "--whatprovides", "/usr/libexec/git-core/git-add"]));
        assert!(said.contains("git-0:2.27.0-1.el8.x86_64"), "{codec}: {said}");
    }
}
