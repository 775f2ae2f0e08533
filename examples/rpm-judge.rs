//! What `tests/conformance/rpm*.sh` compare with rpm: our reading of packages, our headers, our databases.
//!
//! ```text
//! rpm-judge files PKG…               path|mode|size|… per file, after reading and checking the whole payload
//! rpm-judge headers DB PKG…          our installed header of each package against the one in DB, byte by byte
//! rpm-judge database OUT BASE|- PKG… a database: the base's packages and these
//! rpm-judge erase OUT BASE NAME…     a database without the packages of these names
//! rpm-judge write KIND OUT BASE|- PKG… files of a database of KIND (sqlite, bdb, ndb) in directory OUT: the packages of
//!                                    the one in directory BASE (of another kind: numbered anew) and these
//! rpm-judge list DIR                 instance, digest of the header, NEVRA of every package of the database in DIR
//! rpm-judge signatures KEYS PKG…     each signature's outcome
//! ```
#![allow(clippy::print_stdout, reason = "its output is what the scripts compare")]

use std::{
    collections::BTreeMap,
    error::Error,
    fs,
    io::BufReader,
    io::Read,
    io::{Seek, SeekFrom},
    process::ExitCode,
};

use drydock::{
    formats::openpgp::Keyring,
    formats::rpm::{DigestStatus, FileEntry, Header, PackageHead, Payload, PayloadCheck, Tag, check_header},
    rpmdb::{self, Backend, Change, Files, InstallFacts, sqlite},
    terms::{Arch, ChecksumHasher, Digest},
};

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        ["files", ref packages @ ..] => packages.iter().try_for_each(|p| files(p)),
        ["headers", db, ref packages @ ..] => headers(db, packages),
        ["signatures", keys, ref packages @ ..] => signatures(keys, packages),
        ["database", out, base, ref packages @ ..] => database(out, base, packages),
        ["write", kind, out, base, ref packages @ ..] => write(kind, out, base, packages),
        ["list", dir] => list(dir),
        ["erase", out, base, ref names @ ..] => erase(out, base, names),
        _ => Err("see the first lines of examples/rpm-judge.rs".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            println!("FAILED {}", drydock::terms::chain(e.as_ref()).join(": "));
            ExitCode::FAILURE
        }
    }
}

fn files(package: &str) -> Outcome {
    let mut input = BufReader::new(fs::File::open(package)?);
    let head = PackageHead::read(&mut input)?;
    let mut rest = Vec::new();
    input.read_to_end(&mut rest)?;
    let mut check = PayloadCheck::new(&head);
    check.update(&rest);
    for status in [check_header(&head), check.finish()] {
        if matches!(status, DigestStatus::Mismatch { .. } | DigestStatus::Unsupported { .. }) {
            return Err(format!("{package}: {status:?}").into());
        }
    }
    let mut payload = Payload::new(&head, &rest[..])?;
    let files = payload.files().clone();
    while let Some(member) = payload.next()? {
        let file = &files[member.file];
        if let Some(expected) = file.digest.as_ref().filter(|_| member.size > 0 || file.size == 0) {
            let mut hasher = ChecksumHasher::new(expected.algorithm());
            let mut buffer = [0; 16384];
            loop {
                let n = payload.read(&mut buffer)?;
                if n == 0 {
                    break;
                }
                hasher.update(&buffer[..n]);
            }
            if hasher.finish() != *expected {
                return Err(format!("{package}: {} has another digest", file.display()).into());
            }
        }
    }
    head.main.scriptlets()?;
    println!("{}", head.main.nevra()?);
    files.iter().for_each(print_file);
    Ok(())
}

fn print_file(f: &FileEntry) {
    println!(
        "{}|{:o}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}",
        f.display(),
        f.mode,
        f.size,
        f.mtime,
        f.user,
        f.group,
        f.flags,
        f.digest.as_ref().map_or("", |d| d.hex()),
        String::from_utf8_lossy(&f.link_target),
        f.rdev,
        f.inode,
        f.lang,
        f.color,
    );
}

fn signatures(keys: &str, packages: &[&str]) -> Outcome {
    let keyring = Keyring::parse(&fs::read(keys)?)?;
    for cert in keyring.certs() {
        println!("key {} {:?} {:?}", cert.fingerprint, cert.key_ids, cert.user_id);
    }
    for package in packages {
        let head = head(package)?;
        for signature in head.signatures() {
            let outcome = if signature.covers_payload {
                let mut file = fs::File::open(package)?;
                file.seek(SeekFrom::Start(head.header_range.start))?;
                keyring.verify(&signature.packet, file)
            } else {
                keyring.verify(&signature.packet, head.signed_bytes())
            };
            let said = match outcome {
                Ok(signer) => format!("OK {} {}", signer.key_id, signer.user_id),
                Err(e) => drydock::terms::chain(&e).join(": "),
            };
            println!("{} {} {said}", package.rsplit('/').next().unwrap_or(package), signature.tag);
        }
    }
    Ok(())
}

fn head(package: &str) -> Result<PackageHead, Box<dyn Error>> {
    Ok(PackageHead::read(BufReader::new(fs::File::open(package)?)).map_err(|e| format!("{package}: {e}: {e:?}"))?)
}

fn facts(h: &Header) -> InstallFacts {
    InstallFacts {
        time: h.u32(Tag::INSTALLTIME).unwrap_or_default(),
        tid: h.u32(Tag::INSTALLTID).unwrap_or_default(),
        color: h.u32(Tag::INSTALLCOLOR).unwrap_or_default(),
        file_states: h.bytes(Tag::FILESTATES).unwrap_or_default().to_vec(),
    }
}

fn headers(db: &str, packages: &[&str]) -> Outcome {
    let mut heads = BTreeMap::new();
    for p in packages {
        let head = head(p)?;
        heads.insert(head.main.nevra()?.to_string(), head);
    }
    let wal = fs::read(format!("{db}-wal")).unwrap_or_default();
    let (mut same, mut different) = (0, 0);
    for installed in sqlite::read_with_wal(&fs::read(db)?, &wal)? {
        let name = installed.header.nevra()?.to_string();
        let Some(head) = heads.get(&name) else { continue };
        let ours = rpmdb::installed_header(head, &facts(&installed.header))?;
        if ours == installed.header.blob() {
            same += 1;
        } else {
            different += 1;
            let tags = |h: &Header| h.tags().filter(|t| h.raw(*t) != head.main.raw(*t)).collect::<Vec<_>>();
            println!("{name}: ours adds {:?}", tags(&Header::parse(&ours)?));
            println!("{name}: rpm's adds {:?}", tags(&installed.header));
        }
    }
    println!("{same} same, {different} different");
    if different > 0 { Err("headers differ".into()) } else { Ok(()) }
}

fn database(out: &str, base: &str, packages: &[&str]) -> Outcome {
    let base = if base == "-" { None } else { Some(fs::read(base)?) };
    let mut change = Change::new(Arch::X86_64);
    for p in packages {
        let facts = InstallFacts { time: 1_600_000_000, tid: 1_600_000_000, color: 3, file_states: Vec::new() };
        change.add.push(rpmdb::installed_header(&head(p)?, &facts)?);
    }
    Ok(fs::write(out, sqlite::write(base.as_deref(), &change)?)?)
}

fn directory(dir: &str) -> Result<(Backend, Files), Box<dyn Error>> {
    let mut files = Files::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            let name = entry.file_name().into_string().map_err(|_| "a name that is no text")?;
            files.insert(name, fs::read(entry.path())?.into());
        }
    }
    let names: Vec<&String> = files.keys().collect();
    Ok((rpmdb::detect(&names).ok_or("no database there")?, files))
}

fn write(kind: &str, out: &str, base: &str, packages: &[&str]) -> Outcome {
    let backend = match kind {
        "sqlite" => Backend::Sqlite,
        "bdb" => Backend::BerkeleyDb,
        "ndb" => Backend::Ndb,
        _ => return Err("sqlite, bdb or ndb".into()),
    };
    let mut change = Change::new(Arch::X86_64);
    let base = if base == "-" { None } else { Some(directory(base)?) };
    if let Some((other, files)) = base.as_ref().filter(|(found, _)| *found != backend) {
        change.add.extend(other.read(files)?.iter().map(|p| p.header.blob().to_vec()));
    }
    for p in packages {
        let facts = InstallFacts { time: 1_600_000_000, tid: 1_600_000_000, color: 3, file_states: Vec::new() };
        change.add.push(rpmdb::installed_header(&head(p)?, &facts)?);
    }
    let own = base.filter(|(found, _)| *found == backend).map(|(_, files)| files);
    let written = backend.write(own.as_ref(), &change)?;
    fs::create_dir_all(out)?;
    for (name, bytes) in written.files {
        fs::write(format!("{out}/{name}"), bytes)?;
    }
    for name in written.remove {
        let _ = fs::remove_file(format!("{out}/{name}"));
    }
    Ok(())
}

fn list(dir: &str) -> Outcome {
    let (backend, files) = directory(dir)?;
    for p in backend.read(&files)? {
        println!("{} {} {}", p.instance, Digest::of(p.header.blob()).hex(), p.header.nevra()?);
    }
    Ok(())
}

fn erase(out: &str, base: &str, names: &[&str]) -> Outcome {
    let base = fs::read(base)?;
    let mut change = Change::new(Arch::X86_64);
    for installed in sqlite::read(&base)? {
        if installed.header.text(Tag::NAME).is_some_and(|n| names.contains(&n)) {
            change.remove.push(installed.instance);
        }
    }
    Ok(fs::write(out, sqlite::write(Some(&base), &change)?)?)
}
